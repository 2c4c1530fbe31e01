/** How the service is doing. */
import { html, useState } from "../../html.js";
import { usePoll } from "../../polling.js";
import { useTask } from "../../tasks.js";
import { count, span } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Facts } from "../../components/facts.js";
import { Page, Section } from "../../components/page.js";
import { LoadState, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { reading } from "./reading.js";

const SECONDS = 3;
const LEVELS = { ok: "good", warning: "warn", failed: "bad" };

export default function StatusView() {
  const { data, problem, reload } = usePoll(reading("operator/status"), [], SECONDS);
  return html`<${Page} title="Status" intro=${data && html`As of <${Time} value=${data.at} />`}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Section} title="Organizations"><${Facts} facts=${organizationsOf(data.organizations)} /><//>
      <${Section} title="Waiting"><${Table} label="Waiting" columns=${WAITING} rows=${data.waiting} keyOf=${({ name }) => name} /><//>
      <${Section} title="Recorded in the latest minute">
        <${Table} label="Recorded in the latest minute" columns=${ACTIONS} rows=${data.actions} keyOf=${({ action }) => action}
          empty=${html`<p class="quiet">Nothing.</p>`} />
        <p>${count(data.pausing_counters)} counters of attempts let nobody try at the moment.</p>
      <//>`}
    <${Doctor} />
  <//>`;
}

function organizationsOf({ total, suspended, kept, ...states }) {
  const changing = Object.entries(states).map(([state, number]) => [`Being ${ENDINGS[state] ?? state}`, count(number)]);
  return [["All", count(total)], ["Suspended", count(suspended)], ["Deleted and kept", count(kept)], ...changing];
}

const ENDINGS = { creating: "created", renaming: "renamed", deleting: "deleted" };

const WAITING = [
  { key: "name", title: "What", show: ({ name }) => name },
  { key: "number", title: "Number", class: "number", show: ({ number }) => count(number) },
  { key: "oldest", title: "For", class: "number", show: ({ number, oldest_seconds }) => (number ? span(oldest_seconds) : "–") },
  {
    key: "late",
    title: "In time",
    show: ({ is_late }) => html`<span class="badge ${is_late ? "bad" : "good"}">${is_late ? "late" : "yes"}</span>`,
  },
];

const ACTIONS = [
  { key: "action", title: "Action", show: ({ action }) => html`<code>${action}</code>` },
  { key: "number", title: "A minute", class: "number", show: ({ per_minute }) => count(per_minute) },
];

function Doctor() {
  const [findings, setFindings] = useState(null);
  const look = useTask(async () => setFindings((await reading("operator/doctor")()).findings));
  const columns = [
    { key: "level", title: "", show: ({ level }) => html`<span class="badge ${LEVELS[level]}">${level}</span>` },
    { key: "check", title: "What", show: ({ check }) => check },
    { key: "found", title: "Found", show: ({ found }) => found },
    { key: "advice", title: "What to do", show: ({ advice }) => advice },
  ];
  return html`<${Section} title="Doctor" intro="Whether servers and database are as a deployment needs them. It changes nothing.">
    ${findings && html`<${Table} label="Findings of the doctor" columns=${columns} rows=${findings} keyOf=${({ check, found }) => check + found} />`}
    <${Note} problem=${look.problem} />
    <div class="actions"><${Button} busy=${look.busy} onClick=${() => look.run()}>Examine<//></div>
  <//>`;
}
