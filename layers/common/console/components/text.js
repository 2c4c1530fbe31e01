/** Text that others have chosen. */
import { html } from "../html.js";
import { visible } from "../texts.js";

/**
 * Show a text apart from its surroundings: it turns no order round, and hides no character.
 *
 * @param {{value: unknown, class?: string}} properties
 */
export function Text({ value, ...rest }) {
  return html`<bdi ...${rest}>${visible(value)}</bdi>`;
}
