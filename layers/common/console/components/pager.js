/** Paging through a list by its cursors. */
import { html } from "../html.js";
import { Button } from "./button.js";

/**
 * @param {{next: string | null, previous?: boolean, busy?: boolean, onNext: (cursor: string) => void,
 *   onFirst?: () => void}} properties next: cursor of the page that follows; previous: whether this is not the first.
 */
export function Pager({ next, previous = false, busy = false, onNext, onFirst }) {
  if (!next && !previous) {
    return null;
  }
  return html`<nav class="pager" aria-label="Pages">
    ${onFirst && html`<${Button} disabled=${!previous} onClick=${onFirst}>First page<//>`}
    <${Button} busy=${busy} disabled=${!next} onClick=${() => onNext(next)}>Next page<//>
  </nav>`;
}
