/** The organization's documents: a list of them, one of them, and what else is done with them. */
import { html } from "../html.js";
import { CreateDocument } from "./documents/create.js";
import { DocumentDetail } from "./documents/detail.js";
import { ExportDocuments } from "./documents/export.js";
import { ImportDocuments } from "./documents/import.js";
import { DocumentList } from "./documents/list.js";

const TASKS = { create: CreateDocument, import: ImportDocuments, export: ExportDocuments };

export default function DocumentsView({ session, route }) {
  const [, path] = route.parts;
  if (path !== undefined) {
    return html`<${DocumentDetail} key=${path} ...${{ session, route, path }} />`;
  }
  const Task = Object.hasOwn(TASKS, route.query.do) ? TASKS[route.query.do] : DocumentList;
  return html`<${Task} key=${`${session.base} ${route.query.do}`} ...${{ session, route }} />`;
}
