/** What each organization has used in a month. */
import { html, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { useLoad } from "../../tasks.js";
import { bytes, count } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Field, Form } from "../../components/field.js";
import { Page } from "../../components/page.js";
import { Pager } from "../../components/pager.js";
import { Empty, LoadState } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { OrganizationLink } from "./parts.js";
import { reading } from "./reading.js";

const INTRO = "By month, in UTC, with those that are deleted. `tenantry usage --csv` prints all of it.";

export default function UsageView({ route }) {
  const { month = new Date().toISOString().slice(0, 7), cursor } = route.query;
  const { data, problem, busy, reload } = useLoad(reading("operator/usage", { month, cursor, limit: 100 }), [month, cursor]);
  const show = (query) => navigate("/usage", query);
  return html`<${Page} title="Usage" intro=${INTRO}>
    <${Choice} key=${month} month=${month} onShow=${(wanted) => show({ month: wanted })} />
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Usage in ${month}" columns=${COLUMNS} rows=${data.usage} keyOf=${({ organization_id: id }) => id}
        empty=${html`<${Empty} title="Nothing was used in ${month}" />`} />
      <${Pager} next=${data.next_cursor} previous=${cursor !== undefined} busy=${busy}
        onNext=${(next) => show({ month, cursor: next })} onFirst=${() => show({ month })} />`}
  <//>`;
}

function Choice({ month, onShow }) {
  const [value, setValue] = useState(month);
  return html`<${Form} class="filters" onSubmit=${() => onShow(value)}>
    <${Field} label="Month" type="month" value=${value} onInput=${setValue} required />
    <div class="actions"><${Button} kind="primary" type="submit">Show<//></div>
  <//>`;
}

const COLUMNS = [
  { key: "name", title: "Organization", show: ({ organization_id: id, name }) => (name ? html`<${OrganizationLink} id=${id}>${name}<//>` : html`<code>${id}</code> <span class="badge">deleted</span>`) },
  { key: "plan", title: "Plan", show: ({ plan }) => plan ?? "–" },
  { key: "requests", title: "Requests", class: "number", show: ({ requests }) => count(requests) },
  { key: "documents", title: "Documents", class: "number", show: ({ documents }) => count(documents) },
  { key: "bytes", title: "Size", class: "number", show: (use) => bytes(use.bytes) },
  { key: "byte_hours", title: "Storage, byte hours", class: "number", show: ({ byte_hours: hours }) => count(hours) },
];
