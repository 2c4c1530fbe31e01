/** What a roll-out would do, and the button that begins it. */
import { request } from "../../../api.js";
import { withFields } from "../../../field-problems.js";
import { html } from "../../../html.js";
import { hrefOf, navigate } from "../../../router.js";
import { useTask } from "../../../tasks.js";
import { count } from "../../../texts.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { Form } from "../../../components/field.js";
import { Empty, Note } from "../../../components/states.js";
import { Table } from "../../../components/table.js";
import { Text } from "../../../components/text.js";
import { toast } from "../../../components/toast.js";

const COLUMNS = [
  { key: "cluster", title: "Cluster", show: ({ cluster }) => html`<${Text} value=${cluster} />` },
  { key: "collections", title: "Own collections", class: "number", show: ({ collections }) => count(collections) },
  { key: "pooled", title: "Pooled", class: "number", show: ({ pooled }) => count(pooled) },
  { key: "pools", title: "Pools", class: "number", show: ({ pools }) => count(pools) },
  { key: "namespaces", title: "Indexes to make", class: "number", show: ({ namespaces }) => count(namespaces) },
  { key: "room", title: "Room for", class: "number", show: ({ room }) => count(room) },
];

/**
 * @param {{name: string, body: string, clusters: object[], refusal: string | null, onClose: () => void}} properties body: of
 *   the request that begins it. Sent again, it changes nothing.
 */
export function Plan({ name, body, clusters, refusal, onClose }) {
  const begin = useTask(async () => {
    await request("POST", "operator/rollouts", { body, headers: { "Content-Type": "application/json" } });
    toast("The roll-out has begun. The service works on it.");
    navigate(`/rollouts/${encodeURIComponent(name)}`);
  });
  const known = begin.problem?.status === 409 || begin.problem?.status === 0;
  return html`<${Dialog} title=${html`What <${Text} value=${name} /> would do`} onClose=${onClose} wide>
    <${Form} onSubmit=${() => refusal === null && begin.run()}>
      <${Table} label="What it would do" columns=${COLUMNS} rows=${clusters} keyOf=${({ cluster }) => cluster}
        empty=${html`<${Empty} title="No organization is among them yet"><p>Those that are created later get it.</p><//>`} />
      ${refusal !== null && html`<div class="note bad" role="alert"><${Text} value=${refusal} /></div>`}
      <${Note} problem=${begin.problem && withFields(begin.problem)} />
      ${known && html`<p><a href=${hrefOf(`/rollouts/${encodeURIComponent(name)}`)}>Is there one of this name?</a></p>`}
      <div class="actions">
        <${Button} onClick=${onClose}>Go on editing<//>
        <${Button} kind="primary" type="submit" busy=${begin.busy} disabled=${refusal !== null}>Begin it<//>
      </div>
    <//>
  <//>`;
}
