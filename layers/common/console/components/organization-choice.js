/** The dialog in which an account goes to another one of its organizations. */
import { html } from "../html.js";
import { switchTo } from "../session-changes.js";
import { mayLeave, navigate } from "../router.js";
import { useTask } from "../tasks.js";
import { Button, ButtonLink } from "./button.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";
import { Note } from "./states.js";
import { Letter } from "./frame.js";
import { Text } from "./text.js";
import { toast } from "./toast.js";

/** @param {{session: import("../types.js").Session, onClose: () => void}} properties */
export default function OrganizationChoice({ session, onClose }) {
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
  const choose = () => (isCurrent ? onClose() : mayLeave() && change.run(membership));
  return html`<button class="choice" type="button" aria-current=${isCurrent ? "true" : undefined}
    disabled=${membership.suspended} aria-disabled=${change.busy || undefined} onClick=${choose}>
    <${Letter} name=${membership.name} />
    <span class="names"><${Text} class="name" value=${membership.name} />
      <span class="quiet">${membership.slug} · ${membership.suspended ? "suspended" : membership.role}</span></span>
    ${isCurrent && html`<${Icon} name="check" />`}
  </button>`;
}
