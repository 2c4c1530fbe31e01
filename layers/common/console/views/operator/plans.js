/** Plans and what they limit. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useLoad, useTask } from "../../tasks.js";
import { count, errorOf } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Confirm, Dialog } from "../../components/dialog.js";
import { Field, Form } from "../../components/field.js";
import { Page } from "../../components/page.js";
import { Empty, LoadState, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { toast } from "../../components/toast.js";
import { LimitFields, LIMITS, textsOf, wrongOf } from "./limits.js";
import { reading } from "./reading.js";

export default function PlansView() {
  const [chosen, setChosen] = useState(null);
  const { data, problem, reload } = useLoad(readAll, []);
  const close = () => setChosen(null);
  const done = (text) => {
    toast(text);
    close();
    reload();
  };
  const begin = html`<${Button} kind="primary" onClick=${() => setChosen({ name: "", limits: {} })}>Create a plan<//>`;
  return html`<${Page} title="Plans" intro="A change counts everywhere within 30 seconds." actions=${begin}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Plans" columns=${columnsOf(setChosen)} rows=${data} keyOf=${({ name }) => name}
      empty=${html`<${Empty} title="There is none, and nothing is limited" />`} />`}
    ${chosen && !chosen.isRemoved && html`<${Edit} plan=${chosen} onDone=${done} onClose=${close} />`}
    ${chosen?.isRemoved && html`<${Remove} plan=${chosen} onDone=${done} onClose=${close} />`}
  <//>`;
}

async function readAll(signal) {
  const plans = [];
  let cursor = null;
  do {
    const page = await reading("operator/plans", { cursor })(signal);
    plans.push(...page.plans);
    cursor = page.next_cursor;
  } while (cursor);
  return plans;
}

function columnsOf(choose) {
  return [
    { key: "name", title: "Name", show: ({ name }) => name },
    ...LIMITS.map((name) => ({ key: name, title: name.replaceAll("_", " "), class: "number", show: ({ limits }) => count(limits[name]) })),
    {
      key: "actions",
      title: html`<span class="sr">What to do</span>`,
      show: (plan) => html`<div class="actions"><${Button} onClick=${() => choose(plan)}>Change<//>
        <${Button} kind="danger" onClick=${() => choose({ ...plan, isRemoved: true })}>Remove<//></div>`,
    },
  ];
}

function Edit({ plan, onDone, onClose }) {
  const [name, setName] = useState(plan.name);
  const [limits, setLimits] = useState(textsOf(plan.limits));
  const wrong = wrongOf(limits);
  const save = useTask(async () => {
    const filled = LIMITS.filter((limit) => limits[limit] !== "").map((limit) => [limit, Number(limits[limit])]);
    await request("PUT", `operator/plans/${encodeURIComponent(name)}`, { body: { limits: Object.fromEntries(filled) } });
    onDone(`The plan ${name} is saved.`);
  });
  return html`<${Dialog} title=${plan.name ? `Change ${plan.name}` : "Create a plan"} onClose=${onClose} wide>
    <${Form} onSubmit=${() => name && wrong.length === 0 && save.run()}>
      ${!plan.name && html`<${Field} label="Name" value=${name} onInput=${setName} required autocapitalize="off" spellcheck=${false}
        error=${errorOf(save.problem, "plan")} />`}
      <${LimitFields} limits=${limits} onInput=${setLimits} hint="Empty: no limit." wrong=${wrong} />
      <${Note} problem=${save.problem} />
      <div class="actions">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${save.busy} disabled=${!name || wrong.length > 0}>Save<//>
      </div>
    <//>
  <//>`;
}

function Remove({ plan, onDone, onClose }) {
  const remove = useTask(async () => {
    await request("DELETE", `operator/plans/${encodeURIComponent(plan.name)}`);
    onDone(`The plan ${plan.name} is removed.`);
  });
  return html`<${Confirm} title="Remove ${plan.name}?" action="Remove" busy=${remove.busy} problem=${remove.problem}
    onConfirm=${() => remove.run()} onClose=${onClose}><p>Only a plan that no organization has can be removed.</p><//>`;
}
