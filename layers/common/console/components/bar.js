/** How much of a limit is used. */
import { html } from "../html.js";

/** Share of a limit that is nearly all of it. */
export const NEARLY = 0.8;

/** @param {number} share Of a limit. @returns {"full" | "high" | ""} */
export const levelOf = (share) => (share >= 1 ? "full" : share >= NEARLY ? "high" : "");

/**
 * @param {{label: any, use: number | null, limit: number | null, show?: (value: number) => string}} properties use: null if
 *   it has not been measured; limit: null if there is none.
 */
export function Bar({ label, use, limit, show = (value) => value.toLocaleString() }) {
  const share = limit ? (use ?? 0) / limit : limit === 0 ? 1 : 0;
  return html`<div class="bar">
    <div class="bar-label"><span>${label}</span><span class="number">${use === null ? "not measured" : show(use)}${
      limit === null ? html` <span class="quiet">no limit</span>` : html` <span class="quiet">of ${show(limit)}</span>`
    }</span></div>
    ${limit !== null && html`<meter class=${levelOf(share)} min="0" max="1" value=${Math.min(share, 1)} aria-label=${label}></meter>`}
  </div>`;
}
