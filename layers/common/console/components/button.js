/** Buttons, and links that look like them. */
import { html } from "../html.js";

/**
 * @param {{kind?: "primary" | "danger" | "plain", busy?: boolean, type?: string, children: any}} properties
 *   While it is busy it keeps its place and the focus, and does nothing.
 */
export function Button({ kind = "plain", busy = false, type = "button", children, onClick, ...rest }) {
  const act = (event) => (busy ? event.preventDefault() : onClick?.(event));
  return html`<button class="button ${kind}" type=${type} aria-disabled=${busy || undefined} aria-busy=${busy || undefined}
    onClick=${act} ...${rest}>${busy && html`<span class="spinner" aria-hidden="true"></span>`}${children}</button>`;
}

/** @param {{href: string, kind?: "primary" | "danger" | "plain", children: any}} properties */
export function ButtonLink({ kind = "plain", children, ...rest }) {
  return html`<a class="button ${kind}" ...${rest}>${children}</a>`;
}
