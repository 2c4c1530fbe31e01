/** Records of what was done: those that are wanted of them, and all as a file. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useLoad } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Select } from "../../components/choices.js";
import { Field, Form } from "../../components/field.js";
import { Pager } from "../../components/pager.js";
import { Empty, Failed, Loading } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";
import { ExportAudit } from "./export.js";
import { wantedPage } from "./records.js";

/** What the actions in an organization's record begin with. */
export const KINDS = ["organization", "member", "invitation", "key", "login", "session", "account", "password", "ownership", "rollout"];
const RESULTS = ["", "success", "failure"].map((value) => ({ value, label: value || "all" }));
const EVERYTHING = { kind: "", result: "", text: "" };

/**
 * @param {object} properties
 * @param {string} properties.path Of the records.
 * @param {Record<string, string>} [properties.query] Which of them.
 * @param {string} properties.name Of the file that they are exported to, without its end.
 * @param {string[]} properties.kinds That can be chosen.
 * @param {object[]} [properties.columns] What else there is of a record: as `Table` has it, and its cell in the file.
 */
export function AuditList({ path, query = {}, name, kinds, columns = [] }) {
  const [wanted, setWanted] = useState(EVERYTHING);
  const [cursor, setCursor] = useState(null);
  const { data, problem, busy, reload } = useLoad((signal) => {
    const read = async (from) => (await request("GET", path, { query: { ...query, cursor: from }, signal })).data;
    return wantedPage(read, cursor, wanted);
  }, [path, JSON.stringify(query), wanted, cursor]);
  const first = () => (cursor === null ? reload() : setCursor(null));
  const filter = (values) => {
    setCursor(null);
    setWanted(values);
  };
  const empty = html`<${Empty} title="No such record here"><p>${data?.next_cursor ? "There are older ones, which have not been read yet." : ""}</p><//>`;
  return html`<${Filter} kinds=${kinds} onFilter=${filter} />
    ${problem && html`<${Failed} problem=${problem} retry=${problem.code === "cursor-outdated" ? first : reload} />`}
    ${!problem && !data && html`<${Loading} />`}
    ${data && html`<${Table} label="Records" rows=${data.records} keyOf=${({ id }) => id} columns=${[...COLUMNS, ...columns]} empty=${empty} />
      <${Pager} next=${data.next_cursor} previous=${cursor !== null} busy=${busy} onNext=${setCursor} onFirst=${first} />`}
    <${ExportAudit} ...${{ path, query, name, columns }} />`;
}

function Filter({ kinds, onFilter }) {
  const [values, setValues] = useState(EVERYTHING);
  const bind = (name) => ({ value: values[name], onInput: (value) => setValues({ ...values, [name]: value }) });
  const ofKinds = [{ value: "", label: "all" }, ...kinds.map((value) => ({ value, label: value }))];
  return html`<section class="card" aria-label="Filter"><${Form} class="filters wide" onSubmit=${() => onFilter(values)}>
    <${Select} label="Of" options=${ofKinds} ...${bind("kind")} />
    <${Select} label="Result" options=${RESULTS} ...${bind("result")} />
    <${Field} label="Contains" type="search" autocomplete="off" spellcheck=${false} ...${bind("text")} />
    <div class="actions"><${Button} type="submit">Filter<//></div>
  <//></section>`;
}

const COLUMNS = [
  { key: "at", title: "When", show: ({ at }) => html`<${Time} value=${at} />` },
  { key: "action", title: "Action", show: ({ action, result }) => html`<code>${action}</code> ${result === "failure" && html`<span class="badge bad">failure</span>`}` },
  { key: "actor", title: "By", show: ({ actor }) => html`${actor.type} <${Text} class="mono quiet" value=${actor.id ?? ""} />` },
  { key: "from", title: "From", show: ({ source_address }) => html`<${Text} class="mono" value=${source_address ?? "–"} />` },
  { key: "details", title: "Details", show: ({ details }) => Object.keys(details).length > 0 && html`<details><summary>Show</summary>
    <dl class="facts">${Object.entries(details).map(([name, value]) => html`<div key=${name}><dt><${Text} value=${name} /></dt>
      <dd><${Text} class="mono" value=${typeof value === "string" ? value : JSON.stringify(value)} /></dd></div>`)}</dl></details>` },
];
