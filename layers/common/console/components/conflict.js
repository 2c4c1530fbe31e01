/** What a form says when it is not known, or not true any more, what the service has. */
import { html } from "../html.js";
import { Button } from "./button.js";
import { Note } from "./states.js";

/**
 * The problem of a change. After 412 what there is has to be looked at; after 503 or a lost connection the change may have been
 * made, or be completed in a moment.
 *
 * @param {{problem: Error | null, reload: () => void}} properties reload: shows what the service has.
 */
export function Conflict({ problem, reload }) {
  const isUnsure = [0, 412, 503].includes(problem?.status);
  return html`<${Note} problem=${problem} />
    ${isUnsure && html`<div class="actions"><${Button} onClick=${reload}>Show what is there now<//></div>`}`;
}
