/** The fields of an index that is to be created. */
import { html } from "../../html.js";
import { Button } from "../../components/button.js";

/** Where a form begins. */
export const FIRST = [{ field: "", order: 1 }];
export const UNIQUE_HINT = "No two documents have the same values.";
export const PARTIAL_HINT = "Leaves out documents that lack one of the fields: any number of them may be, also where it is unique.";
const MAX_FIELDS = 8;

/** @param {{keys: {field: string, order: number}[], setKeys: (keys: {field: string, order: number}[]) => void}} properties */
export function Keys({ keys, setKeys }) {
  const change = (position, changes) => setKeys(keys.with(position, { ...keys[position], ...changes }));
  return html`<fieldset class="keys"><legend>Fields</legend>
    ${keys.map(({ field, order }, position) => html`<div class="row key" key=${position} role="group" aria-label="Field ${position + 1}">
      <input aria-label="Path" placeholder="address.city" value=${field} required maxlength="200" autocapitalize="off" spellcheck=${false}
        onInput=${(event) => change(position, { field: event.currentTarget.value })} />
      <select aria-label="Order" value=${order} onChange=${(event) => change(position, { order: Number(event.currentTarget.value) })}>
        <option value="1">ascending</option><option value="-1">descending</option></select>
      <${Button} aria-label="Remove field ${position + 1}" disabled=${keys.length === 1}
        onClick=${() => setKeys(keys.toSpliced(position, 1))}>Remove<//>
    </div>`)}
    <div class="actions"><${Button} disabled=${keys.length === MAX_FIELDS} onClick=${() => setKeys([...keys, ...FIRST])}>Add a field<//></div>
  </fieldset>`;
}
