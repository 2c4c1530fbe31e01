/** What `tenantry verify` finds: every invariant that does not hold. */
import { request } from "../../api.js";
import { html } from "../../html.js";
import { usePoll } from "../../polling.js";
import { useTask } from "../../tasks.js";
import { count, counted } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Page, Section } from "../../components/page.js";
import { Empty, LoadState, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";
import { OrganizationLink, Progress } from "./parts.js";
import { reading } from "./reading.js";

const SECONDS = 1;
const PATH = "operator/verify";

export default function FindingsView() {
  const { data, problem, reload } = usePoll(reading(PATH), [], SECONDS);
  const begin = useTask(async () => {
    await request("POST", PATH);
    reload();
  });
  const work = data?.verification;
  const isRunning = work?.state === "running";
  const button = html`<${Button} kind="primary" busy=${begin.busy || isRunning} onClick=${() => begin.run()}>Verify<//>`;
  return html`<${Page} title="Findings" intro="Checks every invariant beside live traffic, and changes nothing." actions=${button}>
    <${LoadState} ...${{ data, problem, reload }} />
    <${Note} problem=${begin.problem} />
    ${data && !work && html`<${Empty} title="Nothing has been verified yet" />`}
    ${work && html`<${Section} title=${TITLES[work.state]} intro=${html`Begun <${Time} value=${work.began_at} />`}>
      ${isRunning && html`<${Progress} parts=${work.progress} />`}
      ${work.state === "failed" && html`<p class="note bad">${work.error}.</p>`}
      ${work.state === "done" && html`<${Result} result=${work.result} />`}
    <//>`}
  <//>`;
}

const TITLES = { running: "Looking", done: "Result", failed: "It could not be completed" };

function Result({ result }) {
  const { examined, violations, number } = result;
  const more = number - violations.length;
  return html`<p role="status"><span class="badge ${number ? "bad" : "good"}">${number ? counted(number, "violation") : "no violations"}</span></p>
    ${number > 0 && html`<${Table} label="Violations" columns=${COLUMNS} rows=${violations} keyOf=${(violation) => JSON.stringify(violation)} />`}
    ${more > 0 && html`<p>And ${count(more)} more: see <code>tenantry verify</code>.</p>`}
    <p class="quiet">Examined: ${Object.entries(examined).map(([name, examples]) => `${count(examples)} ${name}`).join(", ")}.</p>`;
}

const COLUMNS = [
  { key: "rule", title: "Rule", show: ({ rule }) => html`<code>${rule}</code>` },
  {
    key: "organization",
    title: "Organization",
    show: ({ organization_id: id, slug }) => (id ? html`<${OrganizationLink} id=${id}>${slug ?? id}<//>` : "–"),
  },
  { key: "detail", title: "What is wrong", show: ({ detail }) => html`<${Text} value=${detail} />` },
];
