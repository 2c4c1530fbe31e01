/** Documents from a file or from text, line by line. */
import { html, useState } from "../../html.js";
import { Button } from "../../components/button.js";
import { Form, TextArea } from "../../components/field.js";
import { Page } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { Outcome } from "./import-outcome.js";
import { useImport } from "./importing.js";
import { AllDocuments } from "./list-address.js";

const INTRO = "One document of Extended JSON in each line (NDJSON). A line that is refused stops no other one.";

export function ImportDocuments({ session, route }) {
  const [pasted, setPasted] = useState("");
  const [file, setFile] = useState(null);
  const task = useImport(session.base);
  const source = file ?? new Blob([pasted]);
  const isBegun = task.state !== null;
  return html`<${Page} title="Import documents" intro=${INTRO}
    actions=${html`<${AllDocuments} route=${route} />`}>
    <section class="card" aria-label="Lines">
      <${Form} class="wide" onSubmit=${() => !task.busy && source.size && task.begin(source)}>
        <${Source} ...${{ file, setFile, pasted, setPasted, isBegun }} />
        ${!isBegun && task.isKnown(source) && html`<${Note}>An import of this file was not finished. It goes on, and stores nothing twice.<//>`}
        <${Actions} ...${{ task, isBegun, isEmpty: !source.size }} />
      <//>
    </section>
    ${isBegun && html`<${Outcome} task=${task} size=${task.size} />`}
  <//>`;
}

function Source({ file, setFile, pasted, setPasted, isBegun }) {
  return html`<div class="field">
      <label for="import-file">File</label>
      <input id="import-file" type="file" accept=".ndjson,.jsonl,.json,application/x-ndjson" disabled=${isBegun}
        onChange=${(event) => setFile(event.currentTarget.files[0] ?? null)} />
    </div>
    ${!file && html`<${TextArea} label="Or lines" value=${pasted} onInput=${setPasted} disabled=${isBegun} rows="6" spellcheck=${false}
      autocapitalize="off" />`}`;
}

function Actions({ task, isBegun, isEmpty }) {
  const { busy, isDone } = task;
  return html`<div class="actions">
    ${!isBegun && html`<${Button} kind="primary" type="submit" disabled=${isEmpty}>Import<//>`}
    ${busy && html`<${Button} onClick=${task.stop}>Stop<//>`}
    ${isBegun && !busy && !isDone && html`<${Button} kind="primary" onClick=${task.goOn}>Go on<//>`}
    ${isBegun && !busy && html`<${Button} onClick=${task.leave}>Another import<//>`}
  </div>`;
}
