/** How far an import is, and which lines were refused. */
import { download } from "../../download.js";
import { html } from "../../html.js";
import { duration, explain } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";

const MAX_ROWS = 200;
const MAX_TEXT = 120;
const FILE = "refused.ndjson";

const COLUMNS = [
  { key: "number", title: "Line", class: "number", show: ({ number }) => number.toLocaleString() },
  { key: "code", title: "Problem", show: ({ code }) => html`<code>${code}</code>` },
  { key: "detail", title: "Why", show: ({ detail }) => html`<${Text} value=${detail.slice(0, 4 * MAX_TEXT)} />` },
  { key: "text", title: "Text", show: ({ text }) => html`<${Text} class="mono" value=${cut(text)} />` },
];
const cut = (text) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

export function Outcome({ task, size }) {
  const { state, busy, isDone, waiting, problem } = task;
  const { inserted, refused, octets, lastLine } = state;
  const title = isDone ? "Imported" : busy ? "Importing" : "Stopped";
  return html`<${Section} title=${title}>
    <progress max=${size || 1} value=${isDone ? size : octets} aria-label="Read"></progress>
    <p role="status">${inserted.toLocaleString()} inserted, ${refused.length.toLocaleString()} refused${
      isDone ? "" : html`, up to line ${lastLine.toLocaleString()}`}.</p>
    ${waiting && html`<${Note}>${`${explain({ ...waiting.problem, detail: waiting.problem.message, retryAfter: null })} It goes on by itself in ${duration(waiting.seconds)}.`}<//>`}
    ${problem && html`<${Note} problem=${problem.detail === undefined ? Object.assign(problem, { detail: problem.message }) : problem} />`}
    ${refused.length > 0 && html`<${Refused} refused=${refused} />`}
  <//>`;
}

function Refused({ refused }) {
  const save = () => download(FILE, new Blob(refused.map(({ text }) => `${text}\n`), { type: "application/x-ndjson" }));
  return html`<${Table} label="Refused lines" columns=${COLUMNS} rows=${refused.slice(0, MAX_ROWS)} keyOf=${({ number }) => number} />
    ${refused.length > MAX_ROWS && html`<p class="quiet">The first ${MAX_ROWS} are shown; the file has all of them.</p>`}
    <div class="actions"><${Button} onClick=${save}>Download the refused lines<//></div>`;
}
