/** Limits as the texts of a form. */
import { html } from "../../html.js";
import { Field } from "../../components/field.js";

export const LIMITS = ["members", "documents", "bytes", "indexes", "requests_per_minute", "organizations_per_account"];
const WHOLE = /^\d{1,16}$/;

/** Fields for all limits there are. */
export function LimitFields({ limits, onInput, hint, wrong }) {
  return html`<div class="tiles" role="group" aria-label="Limits">${LIMITS.map((name) => html`<${Field} key=${name} label=${name.replaceAll("_", " ")}
    hint=${hint} inputmode="numeric" value=${limits[name]} error=${wrong.includes(name) ? "This is no whole number." : undefined}
    onInput=${(value) => onInput({ ...limits, [name]: value.trim() })} />`)}</div>`;
}

/** @param {Record<string, number>} limits @returns {Record<string, string>} */
export function textsOf(limits) {
  return Object.fromEntries(LIMITS.map((name) => [name, String(limits[name] ?? "")]));
}

/** @param {Record<string, string>} limits @returns {string[]} Names of those that are no numbers. */
export function wrongOf(limits) {
  return LIMITS.filter((name) => limits[name] !== "" && !WHOLE.test(limits[name]));
}

/** @param {Record<string, string>} limits @returns {Record<string, number | null>} Null where there is none. */
export function numbersOf(limits) {
  return Object.fromEntries(LIMITS.map((name) => [name, limits[name] === "" ? null : Number(limits[name])]));
}
