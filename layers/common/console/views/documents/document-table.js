/** Documents as rows, their fields as columns: those that were chosen, or the first that there are. */
import { html, useEffect } from "../../html.js";
import { hrefOf } from "../../router.js";
import { isSelectable, MAX_COLUMNS, namesOf, valueAt } from "../../documents/columns.js";
import { idInPath } from "../../documents/extended_json.js";
import { member } from "../../documents/json.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Value } from "./value.js";

const MAX_CHOICES = 100;

export function DocumentTable({ documents, search, show, known, setKnown }) {
  const values = documents.map(({ value }) => value);
  const names = namesOf(values);
  useEffect(() => setKnown((before) => [...new Set([...before, ...names])]), [names.join("\0")]);
  const chosen = search.fields ? ["_id", ...search.fields.split(",").filter((path) => path !== "_id")] : null;
  const shown = chosen ?? names.slice(0, MAX_COLUMNS);
  const columns = shown.map((name, position) => ({
    key: `${position} ${name}`,
    title: html`<${Text} value=${name.slice(0, 60)} />`,
    show: (value) => (position === 0 ? html`<${IdLink} ...${{ value, search }} />` : html`<${Cell} value=${valueAt(value, name)} />`),
  }));
  return html`<${Columns} ...${{ shown, known: [...new Set([...names, ...known, ...shown])], isChosen: chosen !== null, show }} />
    <${Table} label="Documents" columns=${columns} rows=${values} keyOf=${(value) => idInPath(member(value, "_id"))} />`;
}

/** A link to a document, by its id. */
export function IdLink({ value, search }) {
  const id = member(value, "_id");
  return html`<a class="id" href=${hrefOf(`/documents/${idInPath(id)}`, search)}><${Value} value=${id} limit=${60} isLink /></a>`;
}

const Cell = ({ value }) => (value ? html`<${Value} value=${value} limit=${80} />` : html`<span class="quiet">–</span>`);

function Columns({ shown, known, isChosen, show }) {
  const choices = known.filter((name) => name !== "_id" && isSelectable(name)).slice(0, MAX_CHOICES);
  if (choices.length === 0 && !isChosen) {
    return null;
  }
  const toggle = (name, isChosen) => {
    const following = isChosen ? [...shown, name] : shown.filter((other) => other !== name);
    show({ fields: following.filter((path) => path !== "_id" && isSelectable(path)).join(",") });
  };
  return html`<details class="columns">
    <summary>Columns</summary>
    <fieldset><legend class="sr">Columns</legend>${choices.map(
      (name) => html`<label key=${name}><input type="checkbox" checked=${shown.includes(name)}
        onChange=${(event) => toggle(name, event.currentTarget.checked)} /><${Text} value=${name.slice(0, 60)} /></label>`,
    )}</fieldset>
    <button class="link" type="button" onClick=${() => show({ fields: undefined })}>Those of the documents</button>
  </details>`;
}
