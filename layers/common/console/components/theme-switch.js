/** Switch between the light theme, the dark one, and that of the system. */
import { html, useStore } from "../html.js";
import { chooseTheme, theme } from "../theme.js";

const THEMES = ["system", "light", "dark"];

export function ThemeSwitch() {
  const chosen = useStore(theme);
  return html`<label class="theme"><span>Theme</span>
    <select value=${chosen} onChange=${(event) => chooseTheme(event.currentTarget.value)}>
      ${THEMES.map((name) => html`<option key=${name} value=${name}>${name[0].toUpperCase() + name.slice(1)}</option>`)}
    </select>
  </label>`;
}
