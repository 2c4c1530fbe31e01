/** Deleted organizations, which can be brought back or ended for good. */
import { request } from "../../api.js";
import { useForm } from "../../forms.js";
import { html, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { useLoad, useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Confirm, Dialog } from "../../components/dialog.js";
import { Field, Form } from "../../components/field.js";
import { Page } from "../../components/page.js";
import { Pager } from "../../components/pager.js";
import { Empty, LoadState, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";
import { toast } from "../../components/toast.js";
import { reading } from "./reading.js";

export default function DeletionsView({ route }) {
  const { query } = route;
  const [chosen, setChosen] = useState(null);
  const { data, problem, busy, reload } = useLoad(reading("operator/deletions", { ...query, limit: 50 }), [JSON.stringify(query)]);
  const act = (action) => (deletion) => setChosen({ action, deletion });
  const close = () => setChosen(null);
  const done = (text) => {
    toast(text);
    close();
    reload();
  };
  const { cursor, ...wanted } = query;
  const show = (filter) => navigate("/deletions", filter);
  return html`<${Page} title="Deletions" intro="What is purged next comes first.">
    <${Search} key=${wanted.slug_prefix} wanted=${wanted} onShow=${show} />
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Deleted organizations" columns=${columnsOf(act("undo"), act("purge"))} rows=${data.deletions}
        keyOf=${({ organization }) => organization.id} empty=${html`<${Empty} title="None is kept" />`} />
      <${Pager} next=${data.next_cursor} previous=${cursor !== undefined} busy=${busy}
        onNext=${(next) => show({ ...wanted, cursor: next })} onFirst=${() => show(wanted)} />`}
    ${chosen?.action === "undo" && html`<${Undo} deletion=${chosen.deletion} onDone=${done} onClose=${close} />`}
    ${chosen?.action === "purge" && html`<${Purge} deletion=${chosen.deletion} onDone=${done} onClose=${close} />`}
  <//>`;
}

function Search({ wanted, onShow }) {
  const form = useForm({ slug_prefix: wanted.slug_prefix ?? "" });
  return html`<${Form} class="filters" role="search" onSubmit=${() => onShow(form.values)}>
    <${Field} label="Slug begins with" ...${form.bind("slug_prefix")} autocapitalize="off" spellcheck=${false} />
    <div class="actions"><${Button} kind="primary" type="submit">Show<//></div>
  <//>`;
}

function columnsOf(onUndo, onPurge) {
  return [
    { key: "name", title: "Name", show: ({ organization }) => html`<${Text} value=${organization.name} />` },
    { key: "slug", title: "Slug", show: ({ organization }) => html`<code>${organization.slug}</code>` },
    { key: "deleted_at", title: "Deleted", show: ({ deleted_at: at }) => html`<${Time} value=${at} />` },
    { key: "by", title: "By", show: ({ deleted_by: by }) => html`<${Text} value=${by.id ?? by.type} />` },
    { key: "purge_at", title: "Kept until", show: ({ purge_at: at }) => html`<${Time} value=${at} />` },
    {
      key: "actions",
      title: html`<span class="sr">What to do</span>`,
      show: (deletion) =>
        deletion.state === "purging"
          ? html`<span class="badge warn">purging</span>`
          : html`<div class="actions"><${Button} onClick=${() => onUndo(deletion)}>Bring back<//>
              <${Button} kind="danger" onClick=${() => onPurge(deletion)}>Purge<//></div>`,
    },
  ];
}

function Undo({ deletion, onDone, onClose }) {
  const { organization } = deletion;
  const form = useForm({ name: "", slug: "", owner: "" });
  const undo = useTask(async () => {
    const filled = Object.entries(form.values).filter(([, value]) => value !== "");
    await request("POST", `operator/deletions/${organization.id}/undo`, { body: Object.fromEntries(filled) });
    onDone("It is back, with its documents, indexes and members.");
  });
  return html`<${Dialog} title=${html`Bring <${Text} value=${organization.name} /> back`} onClose=${onClose}>
    <${Form} onSubmit=${() => undo.run()}>
      <p>What is left empty is as it was. No token, invitation or key comes back to life.</p>
      <${Field} label="Name" optional ...${form.bind("name", undo.problem)} />
      <${Field} label="Slug" optional hint="If ${organization.slug} is taken by now." ...${form.bind("slug", undo.problem)} />
      <${Field} label="Owner" optional hint="The id of an account, if none of its owners is left." ...${form.bind("owner", undo.problem)} />
      <${Note} problem=${undo.problem} />
      <div class="actions">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${undo.busy}>Bring back<//>
      </div>
    <//>
  <//>`;
}

function Purge({ deletion, onDone, onClose }) {
  const { organization } = deletion;
  const purge = useTask(async () => {
    await request("DELETE", `operator/deletions/${organization.id}`);
    onDone("Its data have ended. A receipt will say so.");
  });
  return html`<${Confirm} title="Purge for good?" action="Purge" name=${organization.slug} busy=${purge.busy} problem=${purge.problem}
    onConfirm=${() => purge.run()} onClose=${onClose}>
    <p>The data of <${Text} value=${organization.name} /> end now. Nobody can bring them back.</p><//>`;
}
