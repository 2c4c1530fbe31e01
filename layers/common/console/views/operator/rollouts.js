/** Roll-outs: the same change of many organizations' collections. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { usePoll } from "../../polling.js";
import { hrefOf } from "../../router.js";
import { useTask } from "../../tasks.js";
import { count, span } from "../../texts.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Facts } from "../../components/facts.js";
import { Page, Section } from "../../components/page.js";
import { Empty, LoadState, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { toast } from "../../components/toast.js";
import { OrganizationLink, Progress } from "./parts.js";
import { reading } from "./reading.js";
import { BeginRollout } from "./rollouts/begin.js";

const INTRO = "The service works on them. One that changes documents with a function is begun with `tenantry rollout apply FILE`.";
const SECONDS = 3;
const LEVELS = { running: "warn", paused: "bad", finished: "good", undoing: "warn", undone: "" };

export default function RolloutsView({ route }) {
  const [, name] = route.parts;
  if (route.query.do === "begin") {
    return html`<${BeginRollout} />`;
  }
  return name ? html`<${Rollout} key=${name} name=${name} />` : html`<${List} />`;
}

function List() {
  const { data, problem, reload } = usePoll(reading("operator/rollouts"), [], SECONDS);
  const begin = html`<${ButtonLink} kind="primary" href="#/rollouts?do=begin">Begin a roll-out<//>`;
  return html`<${Page} title="Roll-outs" intro=${INTRO} actions=${begin}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Roll-outs" columns=${COLUMNS} rows=${data.rollouts.toReversed()} keyOf=${({ name }) => name}
      empty=${html`<${Empty} title="There has been none" />`} />`}
  <//>`;
}

const COLUMNS = [
  { key: "name", title: "Name", show: ({ name }) => html`<a href=${hrefOf(`/rollouts/${encodeURIComponent(name)}`)}>${name}</a>` },
  { key: "state", title: "State", show: (rollout) => html`<${StateOf} ...${rollout} />` },
  { key: "started_at", title: "Began", show: ({ started_at: at }) => html`<${Time} value=${at} />` },
  { key: "changed_at", title: "Changed", show: ({ changed_at: at }) => html`<${Time} value=${at} />` },
];

function StateOf({ state, paused_by: by }) {
  return html`<span class="badge ${LEVELS[state]}">${state}${by ? ` by ${by}` : ""}</span>`;
}

function Rollout({ name }) {
  const path = `operator/rollouts/${encodeURIComponent(name)}`;
  const { data, problem, reload } = usePoll(reading(path), [name], SECONDS);
  return html`<${Page} title=${name} actions=${html`<${ButtonLink} href="#/rollouts">All roll-outs<//>`}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Section} title="Progress">
        <${Facts} facts=${[
          ["State", html`<${StateOf} ...${data} />`],
          ["Failed", count(data.failed)],
          ["Remaining time", data.pending ? span(data.remaining_seconds) : "–"],
          ["Began", html`<${Time} value=${data.started_at} />`],
          ["Changed", html`<${Time} value=${data.changed_at} />`],
        ]} />
        <${Progress} parts=${[{ name: "Organizations", done: data.done, expected: data.done + data.failed + data.pending }]} />
        <${Actions} rollout=${data} path=${path} reload=${reload} />
      <//>
      ${data.failures.length > 0 && html`<${Section} title="Where it has failed">
        <${Table} label="Failures" columns=${FAILURES} rows=${data.failures} keyOf=${({ organization_id: id }) => id} /><//>`}
      <${Section} title="What it changes"><pre class="scroll code" tabindex="0">${JSON.stringify(data.definition, null, 2)}</pre><//>`}
  <//>`;
}

const FAILURES = [
  { key: "organization", title: "Organization", show: ({ organization_id: id, slug }) => html`<${OrganizationLink} id=${id}>${slug}<//>` },
  { key: "reason", title: "Why", show: ({ reason }) => reason },
];

function Actions({ rollout, path, reload }) {
  const [isOpen, setIsOpen] = useState(false);
  const act = useTask(async (action, done) => {
    await request("POST", `${path}/${action}`);
    toast(done);
    setIsOpen(false);
    reload();
  });
  const { state, failed } = rollout;
  const mayResume = state === "paused" || (state === "finished" && failed > 0);
  const mayUndo = state !== "undone" && state !== "undoing";
  return html`${!isOpen && html`<${Note} problem=${act.problem} />`}
    <div class="actions">
      ${state === "running" && html`<${Button} busy=${act.busy} onClick=${() => act.run("pause", "It begins with no further organization.")}>Pause<//>`}
      ${mayResume && html`<${Button} kind="primary" busy=${act.busy} onClick=${() => act.run("resume", "It goes on.")}>Resume<//>`}
      ${mayUndo && html`<${Button} kind="danger" onClick=${() => setIsOpen(true)}>Undo<//>`}
    </div>
    ${isOpen && html`<${Confirm} title="Undo ${rollout.name}?" action="Undo" name=${rollout.name} busy=${act.busy} problem=${act.problem}
      onConfirm=${() => act.run("undo", "It is being undone.")} onClose=${() => setIsOpen(false)}>
      <p>What it has made is dropped in all organizations, and nothing else.</p><//>`}`;
}
