/** What there is about something: names, and their values. */
import { html } from "../html.js";

/** @param {{facts: [string, any][]}} properties Each is a name and what stands beside it. */
export function Facts({ facts }) {
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
