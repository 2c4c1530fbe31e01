/** Light or dark: as the system has it, unless somebody chooses. */
import { html, useStore } from "../html.js";
import { keep, kept } from "../storage.js";
import { createStore } from "../store.js";

const CHOSEN = "theme";
const THEMES = ["system", "light", "dark"];

/** @type {import("../types.js").Store<"system" | "light" | "dark">} */
const theme = createStore(THEMES.includes(kept(CHOSEN)) ? kept(CHOSEN) : "system");

/** Show the page in the chosen theme. */
export function applyTheme() {
  if (theme.get() === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme.get();
  }
}

export function ThemeSwitch() {
  const chosen = useStore(theme);
  return html`<label class="theme"><span>Theme</span>
    <select value=${chosen} onChange=${(event) => choose(event.currentTarget.value)}>
      ${THEMES.map((name) => html`<option key=${name} value=${name}>${name[0].toUpperCase() + name.slice(1)}</option>`)}
    </select>
  </label>`;
}

function choose(wanted) {
  theme.set(wanted);
  applyTheme();
  keep(CHOSEN, wanted);
}
