/** Moments, in the time of whoever looks. */
import { html } from "../html.js";

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/**
 * @param {{value: string | null | undefined, day?: boolean}} properties value: RFC 3339; day: the date alone. UTC is in
 *   the title.
 */
export function Time({ value, day = false }) {
  const moment = new Date(value ?? Number.NaN);
  if (Number.isNaN(moment.getTime())) {
    return html`<span class="quiet">–</span>`;
  }
  const utc = moment.toISOString();
  return html`<time datetime=${utc} title="${utc.slice(0, 19).replace("T", " ")} UTC">${(day ? DAY : FULL).format(moment)}</time>`;
}
