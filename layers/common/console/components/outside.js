/** The frame of pages that need no login: a card in the middle. */
import { html } from "../html.js";
import { Brand, Skip } from "./page.js";
import { Offline } from "./states.js";
import { ThemeSwitch } from "./theme.js";

/** @param {{session: import("../types.js").Session, children: any}} properties */
export default function Outside({ session, children }) {
  return html`<${Skip} />
    <${Offline} />
    <div class="outside">
      <header><${Brand} /></header>
      <main id="main" tabindex="-1">${children}</main>
      <footer>${session.state === "in" && html`<a href="#/">Back to the console</a>`}<${ThemeSwitch} /></footer>
    </div>`;
}
