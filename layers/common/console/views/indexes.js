/** The indexes of the organization's documents. */
import { request } from "../api.js";
import { html, useState } from "../html.js";
import { useLoad } from "../tasks.js";
import { suffices } from "../views.js";
import { Button } from "../components/button.js";
import { Page } from "../components/page.js";
import { LoadState } from "../components/states.js";
import { Table } from "../components/table.js";
import { Text } from "../components/text.js";
import { CreateIndex } from "./indexes/create.js";
import { DropIndex } from "./indexes/drop.js";

const INTRO = "They serve filters and orders, and keep values unique. A rename of the organization keeps them.";
const ID_INDEX = "_id_"; // which always stays

export default function IndexesView({ session }) {
  const { data, problem, reload } = useLoad(
    async (signal) => (await request("GET", `${session.base}/indexes`, { signal })).data.indexes,
    [session.base],
  );
  const [dropped, setDropped] = useState(null);
  const mayChange = suffices(session.role, "admin");
  return html`<${Page} title="Indexes" intro=${INTRO}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Indexes" rows=${data} keyOf=${({ name }) => name} columns=${columns(mayChange, setDropped)} />`}
    ${mayChange && html`<${CreateIndex} session=${session} onCreated=${reload} />`}
    ${dropped !== null && html`<${DropIndex} session=${session} name=${dropped} onClose=${() => setDropped(null)} onDropped=${reload} />`}
  <//>`;
}

function columns(mayChange, drop) {
  return [
    { key: "name", title: "Name", show: ({ name }) => html`<${Text} class="mono" value=${name} />` },
    { key: "keys", title: "Fields", show: ({ keys }) => html`<ul>${keys.map(
      ({ field, order }) => html`<li key=${field}><${Text} class="mono" value=${field} /> <span class="quiet">${order === 1 ? "ascending" : "descending"}</span></li>`,
    )}</ul>` },
    { key: "options", title: "Options", show: ({ unique, partial }) => html`<span class="badges">
      ${unique && html`<span class="badge">unique</span>`} ${partial && html`<span class="badge">partial</span>`}</span>` },
    ...(mayChange ? [{ key: "actions", title: html`<span class="sr">Actions</span>`, show: ({ name }) => name !== ID_INDEX &&
      html`<div class="actions"><${Button} aria-label="Drop ${name}" onClick=${() => drop(name)}>Drop<//></div>` }] : []),
  ];
}
