/** The organization of the session, and the way to another one of the account. */
import { html, useState } from "../html.js";
import { Icon } from "./icon.js";
import { LateDialog } from "./late.js";
import { Text } from "./text.js";

const loadChoice = () => import("./organization-choice.js");

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
    ${isOpen && html`<${LateDialog} load=${loadChoice} session=${session} onClose=${() => setIsOpen(false)} />`}`;
}

/** @param {{name?: string}} properties Of an organization. */
export function Letter({ name }) {
  const [first = "–"] = name ?? "";
  return html`<span class="letter" aria-hidden="true">${first.toUpperCase()}</span>`;
}
