/** The indexes that a roll-out makes. */
import { html } from "../../../html.js";
import { Button } from "../../../components/button.js";
import { Checkbox } from "../../../components/choices.js";
import { Field } from "../../../components/field.js";
import { FIRST, Keys, PARTIAL_HINT, UNIQUE_HINT } from "../../indexes/keys.js";

const BLANK = { name: "", keys: FIRST, unique: false, partial: false };
const MOST = 10;

/** @param {{indexes: import("./body.js").Values["indexes"], setIndexes: (indexes: object[]) => void}} properties */
export function Indexes({ indexes, setIndexes }) {
  const change = (position, changes) => setIndexes(indexes.map((index, other) => (other === position ? { ...index, ...changes } : index)));
  return html`${indexes.map((index, position) => html`<div class="index" key=${position} role="group" aria-label="Index ${position + 1}">
      <${Field} label="Name of the index" value=${index.name} required maxlength="63" autocomplete="off" autocapitalize="off" spellcheck=${false}
        onInput=${(name) => change(position, { name })} />
      <${Keys} keys=${index.keys} setKeys=${(keys) => change(position, { keys })} />
      <${Checkbox} label="Unique" hint="${UNIQUE_HINT} For collections of their own." checked=${index.unique} onInput=${(unique) => change(position, { unique })} />
      <${Checkbox} label="Partial" hint=${PARTIAL_HINT} checked=${index.partial} onInput=${(partial) => change(position, { partial })} />
      <div class="actions"><${Button} onClick=${() => setIndexes(indexes.filter((_, other) => other !== position))}>Remove this index<//></div>
    </div>`)}
    <div class="actions"><${Button} disabled=${indexes.length === MOST} onClick=${() => setIndexes([...indexes, BLANK])}>Add an index<//></div>`;
}
