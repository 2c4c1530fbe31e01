/** All documents of a filter as a file of lines. */
import { download } from "../../download.js";
import { html, useEffect, useRef, useState } from "../../html.js";
import { withFields } from "../../field-problems.js";
import { counted, duration } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Page } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { destination, exportDocuments, PAGE_LIMIT } from "../../documents/exporting.js";
import { readCount, readPage } from "../../documents/requests.js";
import { useAskBeforeLeaving } from "./leaving.js";
import { AllDocuments } from "./list-address.js";

const INTRO = "NDJSON: each document in a line, in canonical Extended JSON, which keeps every type and can be imported again.";
const CONSISTENCY =
  "The pages of an export are read one after the other. Each document is in it once, as it was when its page was read: what " +
  "is written meanwhile may be in it or not. An export is no backup of one moment.";

export function ExportDocuments({ session, route }) {
  const { filter } = route.query;
  const task = useExport(session, filter);
  const { state, total, written, waiting, problem } = task;
  return html`<${Page} title="Export documents" intro=${INTRO}
    actions=${html`<${AllDocuments} route=${route} />`}>
    <section class="card" aria-label="Export">
      <p>${filter ? html`Those that match <code class="json">${filter.slice(0, 2000)}</code>` : "All documents of the organization."}</p>
      <p class="hint">${CONSISTENCY}</p>
      ${state !== "idle" && html`<progress max=${Math.max(total ?? written, written, 1)} value=${state === "done" ? Math.max(total ?? written, written, 1) : written} aria-label="Written"></progress>
        <p role="status">${TEXTS[state](written, total)}</p>`}
      ${waiting && html`<${Note}>${`The service is busy. It goes on by itself in ${duration(waiting.seconds)}.`}<//>`}
      <${Note} problem=${problem && withFields(problem)} />
      <div class="actions">${state === "busy"
        ? html`<${Button} onClick=${task.cancel}>Cancel<//>`
        : html`<${Button} kind="primary" onClick=${task.start}>Export<//>`}</div>
    </section>
  <//>`;
}

const TEXTS = {
  busy: (written, total) => `${counted(written, "document")}${total === null ? "" : ` of about ${total.toLocaleString()}`}`,
  done: (written) => `${counted(written, "document")} exported.`,
  cancelled: (written) => `Cancelled after ${counted(written, "document")}.`,
  failed: (written) => `Failed after ${counted(written, "document")}.`,
};

function useExport(session, filter) {
  const [shown, setShown] = useState({ state: "idle", total: null, written: 0, waiting: null, problem: null });
  const controller = useRef(null);
  const change = (changes) => setShown((before) => ({ ...before, ...changes }));
  useEffect(() => () => controller.current?.abort(), []);
  useAskBeforeLeaving(shown.state === "busy", "Leave? The export is not finished, and stops.");

  const start = async () => {
    const name = `${session.organization.slug}.ndjson`;
    let target;
    try {
      target = await destination(name);
    } catch (error) {
      if (error.name !== "AbortError") change({ state: "failed", problem: error });
      return;
    }
    controller.current = new AbortController();
    const { signal } = controller.current;
    change({ state: "busy", total: null, written: 0, problem: null });
    readCount(session.base, filter, signal).then((total) => change({ total }), () => {});
    try {
      const read = (cursor) => readPage(session.base, { filter, cursor, limit: PAGE_LIMIT }, signal);
      const onProgress = (written) => change({ written });
      await exportDocuments(read, target.write, { signal, onProgress, onWait: (waiting) => change({ waiting }) });
      const blob = await target.finish();
      if (blob) download(name, blob);
      change({ state: "done" });
    } catch (problem) {
      await target.abandon().catch(() => {});
      change(signal.aborted ? { state: "cancelled", waiting: null } : { state: "failed", waiting: null, problem });
    }
  };
  return { ...shown, start, cancel: () => controller.current?.abort() };
}
