/** The problem of a change, and a look at what there is where a form cannot know it. */
import { html } from "../html.js";
import { Button } from "./button.js";
import { Note } from "./states.js";

/**
 * After 412 somebody else has made a change; after 503 or a lost connection this one may have been made, or be completed in a
 * moment.
 *
 * @param {{problem: Error | null, reload: () => void}} properties reload: shows what the service has.
 */
export function ChangeProblem({ problem, reload }) {
  const isUnsure = [0, 412, 503].includes(problem?.status);
  return html`<${Note} problem=${problem} />
    ${isUnsure && html`<div class="actions"><${Button} onClick=${reload}>Show what is there now<//></div>`}`;
}
