/** The frame of pages that need no login: a card in the middle. */
import { html } from "../html.js";
import { Offline } from "./states.js";
import { ThemeSwitch } from "./theme-switch.js";

export function Outside({ session, children }) {
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to content</a>
    <${Offline} />
    <div class="outside">
      <header><a class="brand" href="#/"><img src="icon.svg" alt="" width="28" height="28" />Tenantry</a></header>
      <main id="main" tabindex="-1">${children}</main>
      <footer>${session.state === "in" && html`<a href="#/">Back to the console</a>`}<${ThemeSwitch} /></footer>
    </div>`;
}

/** Move the focus to the content; the address stays, for it is the route. */
export function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}
