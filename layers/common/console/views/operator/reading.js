/** What the operator's views have in common. */
import { request } from "../../api.js";
import { html } from "../../html.js";
import { hrefOf } from "../../router.js";
import { visible } from "../../texts.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/**
 * @param {string} path
 * @param {Record<string, unknown>} [query]
 * @returns {(signal?: AbortSignal) => Promise<any>} Reads what is there.
 */
export function reading(path, query) {
  return async (signal) => (await request("GET", path, { query, signal })).data;
}

/** @param {number | null | undefined} number */
export function bytes(number) {
  if (number === null || number === undefined) {
    return "–";
  }
  const power = Math.min(Math.floor(Math.log10(Math.max(number, 1)) / 3), UNITS.length - 1);
  const format = { style: "unit", unit: UNITS[power], unitDisplay: "short", maximumFractionDigits: 1 };
  return (number / 1000 ** power).toLocaleString(undefined, format);
}

/** @param {number | null | undefined} number */
export function count(number) {
  return number === null || number === undefined ? "–" : number.toLocaleString();
}

/** @param {number | null | undefined} seconds */
export function span(seconds) {
  if (seconds === null || seconds === undefined) {
    return "–";
  }
  const [size, unit] = [[86_400, "d"], [3_600, "h"], [60, "min"]].find(([least]) => seconds >= 2 * least) ?? [1, "s"];
  return `${Math.round(seconds / size)} ${unit}`;
}

/** A link to the page of an organization. */
export function OrganizationLink({ id, children }) {
  return html`<a href=${hrefOf(`/organizations/${encodeURIComponent(id)}`)}><bdi>${visible(children ?? id)}</bdi></a>`;
}

/** Numbers with what they are of. */
export function Facts({ facts }) {
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** How far work is, by its parts. */
export function Progress({ parts }) {
  return html`<ul class="progress">${parts.map(({ name, done, expected }) => html`<li key=${name}>
    <span>${name}</span><progress aria-label=${name} max=${Math.max(expected, 1)} value=${expected ? done : 1}></progress>
    <span class="number">${count(done)} of ${count(expected)}</span></li>`)}</ul>`;
}
