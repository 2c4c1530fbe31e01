/** Short messages at the edge of the page, which screen readers announce. */
import { html, useStore } from "../html.js";
import { session } from "../session.js";
import { createStore } from "../store.js";
import { explain } from "../texts.js";
import { Button } from "./button.js";

const SHOWN_MS = 6000;
const MOST = 4;
/** The messages that are shown. */
export const toasts = createStore([]);
let count = 0;

// Nothing of before stays on the page when somebody leaves, least of all what "Try again" does.
session.subscribe(({ state }) => state === "in" || toasts.set([]));

/**
 * Show a message; one of a success goes by itself, a problem stays until it is dismissed.
 *
 * @param {any} message A Problem, or what is shown; texts of others belong into `Text`.
 * @param {{retry?: () => void}} [options] retry: what "Try again" does.
 */
export function toast(message, { retry } = {}) {
  const isProblem = message instanceof Error;
  const shown = { id: ++count, text: isProblem ? explain(message) : message, isProblem, retry };
  toasts.set([...toasts.get(), shown].slice(-MOST));
  if (!isProblem && !retry) {
    setTimeout(() => dismiss(shown.id), SHOWN_MS);
  }
}

/** Where they are shown; the page has one. */
export function Toasts() {
  const shown = useStore(toasts);
  return html`<div class="toasts" role="region" aria-label="Messages" aria-live="polite">${shown.map(
    ({ id, text, isProblem, retry }) => html`<div key=${id} class="toast ${isProblem ? "bad" : "good"}">
      <p>${text}</p>
      ${retry && html`<${Button} onClick=${() => (dismiss(id), retry())}>Try again<//>`}
      <button class="button quiet close" type="button" aria-label="Dismiss" onClick=${() => dismiss(id)}>×</button>
    </div>`,
  )}</div>`;
}

function dismiss(id) {
  toasts.set(toasts.get().filter((item) => item.id !== id));
}
