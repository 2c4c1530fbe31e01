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

/** Where "Pause" was, "Resume" may be a moment later: it asks first. */
function Actions({ rollout, path, reload }) {
  const [chosen, setChosen] = useState(null);
  const act = useTask(async (action, done) => {
    await request("POST", `${path}/${action}`);
    toast(done);
    setChosen(null);
    reload();
  });
  const { name, state, paused_by: by, failed } = rollout;
  const mayResume = state === "paused" || (state === "finished" && failed > 0);
  const mayUndo = state !== "undone" && state !== "undoing";
  const resume = { label: "Resume", action: "resume", effect: EFFECTS[by] ?? EFFECTS.failures, done: "It goes on.", state, by };
  const undo = { label: "Undo", action: "undo", typed: name, effect: EFFECTS.undo, done: "It is being undone." };
  const isOvertaken = chosen?.action === "resume" && (chosen.state !== state || chosen.by !== by);
  return html`${!chosen && html`<${Note} problem=${act.problem} />`}
    <div class="actions">
      ${state === "running" && html`<${Button} busy=${act.busy} onClick=${() => act.run("pause", "It begins with no further organization.")}>Pause<//>`}
      ${mayResume && html`<${Button} kind="primary" onClick=${() => setChosen(resume)}>Resume<//>`}
      ${mayUndo && html`<${Button} kind="danger" onClick=${() => setChosen(undo)}>Undo<//>`}
    </div>
    ${chosen && html`<${Confirm} title="${chosen.label} ${name}?" action=${chosen.label} name=${chosen.typed} busy=${act.busy} problem=${act.problem}
      onConfirm=${() => act.run(chosen.action, chosen.done)} onClose=${() => setChosen(null)}>
      <p>${chosen.effect}</p>
      <${Note}>${isOvertaken && !act.busy && html`It has changed in the meantime: <${StateOf} ...${rollout} />`}<//><//>`}`;
}

/** Of a resumption, by what has paused the roll-out; and of undoing it. */
const EFFECTS = {
  operator: "It goes on with the organizations that are to come, and tries again where it has failed.",
  canary: "Its first organizations are done. It goes on with all others, and tries again where it has failed.",
  failures: "It tries again where it has failed, and goes on with the organizations that are to come.",
  undo: "What it has made is dropped in all organizations, and nothing else.",
};
