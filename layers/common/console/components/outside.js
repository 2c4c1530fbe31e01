/** The frame of pages that need no login: a card in the middle. */
import { html } from "../html.js";
import { Skip } from "./page.js";
import { Offline } from "./states.js";
import { ThemeSwitch } from "./theme-switch.js";

/** @param {{session: import("../session.js").Session, children: any}} properties */
export default function Outside({ session, children }) {
  return html`<${Skip} />
    <${Offline} />
    <div class="outside">
      <header><a class="brand" href="#/"><img src="icon.svg" alt="" width="28" height="28" />Tenantry</a></header>
      <main id="main" tabindex="-1">${children}</main>
      <footer>${session.state === "in" && html`<a href="#/">Back to the console</a>`}<${ThemeSwitch} /></footer>
    </div>`;
}
