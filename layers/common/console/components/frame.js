/** The frame of the console: navigation, the organization, the account, and the view beside them. */
import { html, useEffect, useState } from "../html.js";
import { logout } from "../session.js";
import { mayLeave, navigate, useRoute } from "../router.js";
import { suffices, VIEWS } from "../views.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { Skip } from "./page.js";
import { Offline } from "./states.js";
import { Switcher } from "./switcher.js";
import { Text } from "./text.js";
import { ThemeSwitch } from "./theme-switch.js";
import { toast } from "./toast.js";
import { Unverified } from "./unverified.js";

const NOT_TOLD = "You are logged out here, but the service could not be told. Log in again to end the session for good.";
const GROUPS = { organization: "Organization", account: "Account", operator: "Service" };

/** @param {{session: import("../session.js").Session, view: import("../views.js").View | undefined, children: any}} properties */
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
        <a class="brand" href="#/"><img src="icon.svg" alt="" width="24" height="24" />Tenantry</a>
      </header>
      <div class="side" id="navigation">
        <a class="brand" href="#/"><img src="icon.svg" alt="" width="24" height="24" />Tenantry</a>
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
