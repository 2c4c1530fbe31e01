/** The organization's documents: a list of them, one of them, and what else is done with them. */
import { html, useState } from "../html.js";
import { suffices } from "../views.js";
import { Page } from "../components/page.js";
import { NotAllowed } from "../components/states.js";
import { CreateDocument } from "./documents/create.js";
import { DocumentDetail } from "./documents/detail.js";
import { ExportDocuments } from "./documents/export.js";
import { ImportDocuments } from "./documents/import.js";
import { DocumentList } from "./documents/list.js";

const TASKS = { create: CreateDocument, import: ImportDocuments, export: ExportDocuments };
const WRITING = ["create", "import"];

export default function DocumentsView({ session, route }) {
  const [, path] = route.parts;
  if (path !== undefined) {
    return html`<${DocumentDetail} key=${path} ...${{ session, route, path }} />`;
  }
  const { do: name } = route.query;
  const key = `${session.base} ${name}`;
  if (WRITING.includes(name)) {
    return html`<${Writing} key=${key} Task=${TASKS[name]} ...${{ session, route }} />`;
  }
  const Task = Object.hasOwn(TASKS, name) ? TASKS[name] : DocumentList;
  return html`<${Task} key=${key} ...${{ session, route }} />`;
}

/** Whoever may not write any more, but could at first, keeps what is written so far. */
function Writing({ Task, session, route }) {
  const [mayWrite] = useState(() => suffices(session.role, "editor"));
  if (!mayWrite) {
    return html`<${Page} title="Documents"><${NotAllowed} least="editor" role=${session.role} /><//>`;
  }
  return html`<${Task} ...${{ session, route }} />`;
}
