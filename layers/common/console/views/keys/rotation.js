/** The secrets of a key: one, or two while its programs change from one to the other. */
import { segment, request } from "../../api.js";
import { html } from "../../html.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";

export function Rotation({ path, apiKey, onMade, onChange, onClose }) {
  const { name, secrets } = apiKey;
  const add = useTask(async () => onMade((await request("POST", path)).data));
  const finish = useTask(async (id) => {
    await request("DELETE", `${path}/${segment(id)}`);
    onChange();
  });
  const columns = [
    { key: "created", title: "Created", show: ({ created_at }) => html`<${Time} value=${created_at} />` },
    { key: "used", title: "Last used", show: ({ last_used_at }) => html`<${Time} value=${last_used_at} />` },
    { key: "actions", title: html`<span class="sr">Actions</span>`, show: ({ id }) => secrets.length > 1 && html`<div class="actions">
      <${Button} kind="danger" busy=${finish.busy} aria-label="End the secret ${id}" onClick=${() => finish.run(id)}>End<//></div>` },
  ];
  return html`<${Dialog} title=${html`Secrets of <${Text} value=${name} />`} onClose=${onClose} wide>
    <p>To rotate the key, add a second secret, hand it out, and end the first when nothing uses it.</p>
    <${Table} label="Secrets" rows=${secrets} keyOf=${({ id }) => id} columns=${columns} />
    <${Note} problem=${add.problem ?? finish.problem} />
    <div class="actions">
      <${Button} onClick=${onClose}>Close<//>
      ${secrets.length === 1 && html`<${Button} kind="primary" busy=${add.busy} onClick=${() => add.run()}>Add a second secret<//>`}
    </div>
  <//>`;
}
