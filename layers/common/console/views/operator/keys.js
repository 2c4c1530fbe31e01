/** API keys of an organization, of which one that has leaked is revoked. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useLoad, useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Section } from "../../components/page.js";
import { Loading, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";
import { toast } from "../../components/toast.js";
import { reading } from "./reading.js";

/** @param {{path: string}} properties path: of the organization. */
export function Keys({ path }) {
  const [chosen, setChosen] = useState(null);
  const { data, problem, reload } = useLoad(reading(`${path}/keys`), [path]);
  const revoke = useTask(async () => {
    await request("DELETE", `operator/keys/${encodeURIComponent(chosen.id)}`);
    toast("The key is revoked.");
    setChosen(null);
    reload();
  });
  const columns = [...COLUMNS, { key: "revoke", title: html`<span class="sr">What to do</span>`, show: (key) => html`<div class="actions">
    <${Button} kind="danger" onClick=${() => setChosen(key)}>Revoke<//></div>` }];
  return html`<${Section} title="API keys">
    <${Note} problem=${problem} />
    ${!data && !problem && html`<${Loading} />`}
    ${data && html`<${Table} label="API keys" columns=${columns} rows=${data.keys} keyOf=${({ id }) => id}
      empty=${html`<p class="quiet">There is none.</p>`} />`}
    ${chosen && html`<${Confirm} title=${html`Revoke <${Text} value=${chosen.name} />?`} action="Revoke" busy=${revoke.busy} problem=${revoke.problem}
      onConfirm=${() => revoke.run()} onClose=${() => setChosen(null)}>
      <p>Programs that use it are refused from the next request on. Nobody can bring it back.</p><//>`}
  <//>`;
}

const COLUMNS = [
  { key: "name", title: "Name", show: ({ name }) => html`<${Text} value=${name} />` },
  { key: "id", title: "Id", show: ({ id }) => html`<code>${id}</code>` },
  { key: "scopes", title: "Scopes", show: ({ scopes }) => scopes.join(", ") },
  { key: "state", title: "State", show: ({ state }) => html`<span class="badge ${state === "active" ? "good" : ""}">${state}</span>` },
  { key: "created_at", title: "Created", show: ({ created_at: at }) => html`<${Time} value=${at} />` },
  { key: "used", title: "Last used", show: ({ secrets }) => html`<${Time} value=${lastOf(secrets)} />` },
];

function lastOf(secrets) {
  return secrets.map(({ last_used_at: at }) => at).filter(Boolean).sort().at(-1);
}
