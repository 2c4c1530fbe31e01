/** What the members have set of the organization, and what the operator has. */
import { request } from "../../api.js";
import { html, useMemo, useState } from "../../html.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { ChangeProblem } from "../../components/change-problem.js";
import { Form } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { toast } from "../../components/toast.js";
import { mistakes, patchOf, rowsOf } from "./metadata-rows.js";

const INTRO = "Up to 50 keys with a text, a number, or true or false, for programs of yours.";
const TYPES = { string: "text", number: "number", boolean: "true or false" };

export function Metadata({ session, data, reload, mayChange }) {
  const before = useMemo(() => rowsOf(data.text), [data.text]);
  const [rows, setRows] = useState(before);
  const wrong = mistakes(rows);
  const patch = Object.keys(wrong).length ? null : patchOf(before, rows);
  const save = useTask(async () => {
    const headers = { "If-Match": data.etag, "Content-Type": "application/merge-patch+json" };
    await request("PATCH", session.base, { body: patch, headers });
    toast("The metadata is saved.");
    reload();
  });
  if (!mayChange) {
    return html`<${Section} title="Metadata"><${Pairs} label="Metadata" pairs=${before.map(({ key, value }) => [key, value])} /><//>`;
  }
  const change = (position, changes) => setRows(rows.map((row, other) => (other === position ? { ...row, ...changes } : row)));
  const remove = (position) => setRows(rows.filter((_, other) => other !== position));
  return html`<${Section} title="Metadata" intro=${INTRO}>
    <${Form} class="wide" onSubmit=${() => patch && save.run()}>
      ${rows.map((row, position) => html`<${Row} key=${position} ...${{ row, position, change, remove, error: wrong[position] }} />`)}
      <${ChangeProblem} problem=${save.problem} reload=${reload} />
      <div class="actions">
        <${Button} onClick=${() => setRows([...rows, { key: "", type: "string", value: "" }])}>Add a key<//>
        <${Button} kind="primary" type="submit" busy=${save.busy} disabled=${!patch}>Save<//>
      </div>
    <//>
  <//>`;
}

function Row({ row, position, change, remove, error }) {
  const input = (event) => change(position, { value: event.currentTarget.value });
  const retype = (event) => change(position, { type: event.currentTarget.value, value: event.currentTarget.value === "boolean" ? "true" : row.value });
  const number = position + 1;
  return html`<div class="row" role="group" aria-label="Key ${number}">
    <input aria-label="Key" placeholder="key" value=${row.key} onInput=${(event) => change(position, { key: event.currentTarget.value })} autocapitalize="off" spellcheck=${false} />
    <select aria-label="Type" value=${row.type} onChange=${retype}>${Object.entries(TYPES).map(
      ([type, label]) => html`<option key=${type} value=${type}>${label}</option>`,
    )}</select>
    ${row.type === "boolean"
      ? html`<select aria-label="Value" value=${row.value} onChange=${input}><option>true</option><option>false</option></select>`
      : html`<input aria-label="Value" placeholder="value" value=${row.value} onInput=${input} inputmode=${row.type === "number" ? "decimal" : "text"} />`}
    <${Button} aria-label="Remove key ${number}" onClick=${() => remove(position)}>Remove<//>
    ${error && row.key + row.value !== "" && html`<p class="error" role="alert">${error}</p>`}
  </div>`;
}

export function Properties({ properties }) {
  const pairs = Object.entries(properties);
  return pairs.length === 0
    ? null
    : html`<${Section} title="Properties" intro="What the operator of this service has set."><${Pairs} label="Properties" pairs=${pairs} /><//>`;
}

function Pairs({ label, pairs }) {
  const columns = [
    { key: "key", title: "Key", show: ([key]) => html`<${Text} class="mono" value=${key} />` },
    { key: "value", title: "Value", show: ([, value]) => html`<${Text} value=${value} />` },
  ];
  return html`<${Table} label=${label} columns=${columns} rows=${pairs} keyOf=${([key]) => key} empty=${html`<p class="quiet">There is none.</p>`} />`;
}
