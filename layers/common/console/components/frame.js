/** The frame of the console: navigation, the organization, the account, and the view beside them. */
import { request } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { logout, reload } from "../session.js";
import { mayLeave, navigate, useRoute } from "../router.js";
import { useTask } from "../tasks.js";
import { suffices, VIEWS } from "../views.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { Brand, Skip } from "./page.js";
import { LateDialog, Offline } from "./states.js";
import { Text } from "./text.js";
import { ThemeSwitch } from "./theme.js";
import { toast } from "./toast.js";

const loadChoice = () => import("./organization-choice.js");
const NOT_TOLD = "You are logged out here, but the service could not be told. Log in again to end the session for good.";
const GROUPS = { organization: "Organization", account: "Account", operator: "Service" };

/** @param {{session: import("../types.js").Session, view: import("../types.js").View | undefined, children: any}} properties */
export default function Frame({ session, view, children }) {
  const [isOpen, setIsOpen] = useState(false); // where the page is narrow
  const route = useRoute();
  useEffect(() => setIsOpen(false), [route.path]);
  const close = (event) => event.key === "Escape" && !event.target.closest("dialog") && setIsOpen(false);
  return html`<${Skip} />
    <div class="frame ${isOpen ? "open" : ""}" onKeyDown=${close}>
      <header class="top">
        <button class="button quiet menu" type="button" aria-expanded=${isOpen} aria-controls="navigation" aria-label="Menu"
          onClick=${() => setIsOpen(!isOpen)}><${Icon} name="menu" /></button>
        <${Brand} />
      </header>
      <div class="side" id="navigation">
        <${Brand} />
        ${!session.operator && html`<${Switcher} session=${session} />`}
        <nav aria-label="Main">${Object.entries(GROUPS).map(
          ([group, title]) => html`<${Group} key=${group} ...${{ group, title, session, view }} />`,
        )}</nav>
        <${Foot} session=${session} />
      </div>
      <div class="veil" onClick=${() => setIsOpen(false)}></div>
      <div class="content">
        <${Offline} />
        <${Unverified} session=${session} />
        <main id="main" tabindex="-1">${children}</main>
      </div>
    </div>`;
}

function Group({ group, title, session, view }) {
  const shown = VIEWS.filter((item) => item.group === group && item.operator === session.operator).filter(
    (item) => item.least === null || (session.organization && suffices(session.role, item.least)),
  );
  if (shown.length === 0) {
    return null;
  }
  return html`<div class="group"><p id="group-${group}">${title}</p><ul aria-labelledby="group-${group}">${shown.map(
    (item) => html`<li key=${item.path}><a href="#${item.path}" aria-current=${item === view ? "page" : undefined}>
      <${Icon} name=${item.icon} />${item.title}</a></li>`,
  )}</ul></div>`;
}

function Foot({ session }) {
  const end = () => {
    if (mayLeave()) {
      navigate("/", {}, { replace: true }); // where the next person begins
      logout().catch(() => toast(NOT_TOLD));
    }
  };
  return html`<div class="foot">
    ${session.account && html`<p class="who" title="Logged in as"><${Text} value=${session.account.email} /></p>`}
    <div class="foot-row"><${ThemeSwitch} />${!session.operator && html`<${Button} onClick=${end}>Log out<//>`}</div>
  </div>`;
}

/** The organization of the session, and the way to another one of the account. */
function Switcher({ session }) {
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

/** Reminds of an address that is not verified, and sends the link again. */
function Unverified({ session }) {
  const sending = useTask(async () => {
    try {
      const { status } = await request("POST", "account/email-verification");
      await (status === 204 ? reload() : toast("A link is on its way. It is valid for 30 minutes."));
    } catch (problem) {
      toast(problem);
    }
  });
  if (!session.account || session.account.verified) {
    return null;
  }
  return html`<aside class="reminder" aria-label="Your address">
    <p>Confirm that <${Text} value=${session.account.email} /> is yours, with the link in the mail. Until then you cannot invite
      anybody, and a forgotten password may cost you the account.</p>
    <${Button} busy=${sending.busy} onClick=${() => sending.run()}>Send again<//>
  </aside>`;
}
