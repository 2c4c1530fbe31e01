/** What was done in the organization, by whom and from where. */
import { request } from "../api.js";
import { html, useState } from "../html.js";
import { useLoad } from "../tasks.js";
import { Button } from "../components/button.js";
import { Select } from "../components/choices.js";
import { Field, Form } from "../components/field.js";
import { Page } from "../components/page.js";
import { Pager } from "../components/pager.js";
import { Empty, Failed, Loading } from "../components/states.js";
import { Table } from "../components/table.js";
import { Text } from "../components/text.js";
import { Time } from "../components/time.js";
import { ExportAudit } from "./audit/export.js";
import { wantedPage } from "./audit/records.js";

const INTRO = "Each change, login and refusal, the newest first.";
const KINDS = ["organization", "member", "invitation", "key", "login", "session", "account", "password", "ownership", "rollout"];
const OF_KINDS = [{ value: "", label: "all" }, ...KINDS.map((value) => ({ value, label: value }))];
const RESULTS = ["", "success", "failure"].map((value) => ({ value, label: value || "all" }));
const EVERYTHING = { kind: "", result: "", text: "" };

export default function AuditView({ session }) {
  const [wanted, setWanted] = useState(EVERYTHING);
  const [cursor, setCursor] = useState(null);
  const { data, problem, busy, reload } = useLoad((signal) => {
    const read = async (from) => (await request("GET", `${session.base}/audit`, { query: { cursor: from }, signal })).data;
    return wantedPage(read, cursor, wanted);
  }, [session.base, wanted, cursor]);
  const first = () => (cursor === null ? reload() : setCursor(null));
  const filter = (values) => {
    setCursor(null);
    setWanted(values);
  };
  const empty = html`<${Empty} title="No such record here"><p>${data?.next_cursor ? "There are older ones, which have not been read yet." : ""}</p><//>`;
  return html`<${Page} title="Audit" intro=${INTRO}>
    <${Filter} onFilter=${filter} />
    ${problem && html`<${Failed} problem=${problem} retry=${problem.code === "cursor-outdated" ? first : reload} />`}
    ${!problem && !data && html`<${Loading} />`}
    ${data && html`<${Table} label="Records" rows=${data.records} keyOf=${({ id }) => id} columns=${COLUMNS} empty=${empty} />
      <${Pager} next=${data.next_cursor} previous=${cursor !== null} busy=${busy} onNext=${setCursor} onFirst=${first} />`}
    <${ExportAudit} session=${session} />
  <//>`;
}

function Filter({ onFilter }) {
  const [values, setValues] = useState(EVERYTHING);
  const bind = (name) => ({ value: values[name], onInput: (value) => setValues({ ...values, [name]: value }) });
  return html`<section class="card" aria-label="Filter"><${Form} class="filters wide" onSubmit=${() => onFilter(values)}>
    <${Select} label="Of" options=${OF_KINDS} ...${bind("kind")} />
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
