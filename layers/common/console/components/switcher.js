/** The organization of the session, and the way to another one of the account. */
import { html, useState } from "../html.js";
import { switchTo } from "../session.js";
import { navigate } from "../router.js";
import { useTask } from "../tasks.js";
import { Dialog } from "./dialog.js";
import { Button, ButtonLink } from "./button.js";
import { Icon } from "./icon.js";
import { Note } from "./states.js";
import { Text } from "./text.js";
import { toast } from "./toast.js";

export function Switcher({ session }) {
  const [isOpen, setIsOpen] = useState(false);
  const { organization } = session;
  return html`<button class="switcher" type="button" aria-haspopup="dialog" onClick=${() => setIsOpen(true)}>
      <${Letter} name=${organization?.name} />
      <span class="names"><span class="sr">Organization: </span>
        ${organization ? html`<${Text} class="name" value=${organization.name} />` : html`<span class="name">No organization</span>`}
        <span class="quiet">${session.role ?? ""}</span></span>
      <${Icon} name="switch" />
    </button>
    ${isOpen && html`<${Choice} session=${session} onClose=${() => setIsOpen(false)} />`}`;
}

function Choice({ session, onClose }) {
  const change = useTask(async (membership) => {
    await switchTo(membership.id);
    toast(html`You are in <${Text} value=${membership.name} /> now.`);
    navigate("/");
    onClose();
  });
  return html`<${Dialog} title="Organizations" onClose=${onClose}>
    <ul class="choices">${session.organizations.map(
      (membership) => html`<li key=${membership.id}><${Membership} ...${{ membership, session, change, onClose }} /></li>`,
    )}</ul>
    ${session.organizations.length === 0 && html`<p>This account is in no organization.</p>`}
    <${Note} problem=${change.problem} />
    <div class="actions">
      <${Button} onClick=${onClose}>Close<//>
      <${ButtonLink} kind="primary" href="#/create" onClick=${onClose}>Create an organization<//>
    </div>
  <//>`;
}

function Membership({ membership, session, change, onClose }) {
  const isCurrent = membership.id === session.organization?.id;
  const choose = () => (isCurrent ? onClose() : change.run(membership));
  return html`<button class="choice" type="button" aria-current=${isCurrent ? "true" : undefined}
    disabled=${membership.suspended} aria-disabled=${change.busy || undefined} onClick=${choose}>
    <${Letter} name=${membership.name} />
    <span class="names"><${Text} class="name" value=${membership.name} />
      <span class="quiet">${membership.slug} · ${membership.suspended ? "suspended" : membership.role}</span></span>
    ${isCurrent && html`<${Icon} name="check" />`}
  </button>`;
}

function Letter({ name }) {
  const [first = "–"] = name ?? "";
  return html`<span class="letter" aria-hidden="true">${first.toUpperCase()}</span>`;
}
