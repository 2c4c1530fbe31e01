/** One document: read, changed and deleted, as long as it is the version that was read. */
import { html, useMemo, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { useLoad, useTask } from "../../tasks.js";
import { suffices } from "../../views.js";
import { Button } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Page } from "../../components/page.js";
import { Failed, Loading } from "../../components/states.js";
import { toast } from "../../components/toast.js";
import { visible } from "../../texts.js";
import { editable, summary } from "../../documents/extended_json.js";
import { member } from "../../documents/json.js";
import { deleteDocument, readDocument } from "../../documents/requests.js";
import { Conflict } from "./conflict.js";
import { Editor } from "./editor.js";
import { AllDocuments, searchOf } from "./list-address.js";
import { useSaving } from "./saving.js";
import { LongText } from "./value.js";

const TITLE_LENGTH = 60;
const MAX_SENT = 4 * 1024 * 1024; // octets of a request's body, which are at least as many as its characters
const TOO_LONG = {
  title: "The document is too long to be shown here",
  detail: "Choose columns of it in the list; a program can ask the API for some of its `fields`.",
};

export function DocumentDetail({ session, route, path }) {
  const loaded = useLoad((signal) => readDocument(session.base, path, signal), [session.base, path]);
  const back = () => navigate("/documents", searchOf(route.query));
  const { data: document, problem } = loaded;
  const name = document ? titleOf(document) : "Document";
  return html`<${Page} title=${html`<bdi>${name}</bdi>`} name=${name}
    actions=${html`<${AllDocuments} route=${route} />`}>
    ${problem && html`<${Failed} ...${problem.code === "answer-too-large" ? { problem: TOO_LONG } : { problem, retry: loaded.reload }} />`}
    ${!document && !problem && html`<${Loading} />`}
    ${document && html`<${Version} ...${{ session, document, back, loaded }} />`}
  <//>`;
}

function titleOf({ value }) {
  const { text, isAll } = summary(member(value, "_id"), TITLE_LENGTH);
  return `${visible(text)}${isAll ? "" : "…"}`;
}

function Version({ session, document, back, loaded }) {
  const [draft, setDraft] = useState(null);
  const saving = useSaving({
    base: session.base,
    document,
    onSaved: (stored) => {
      setDraft(null);
      loaded.setData(stored);
    },
  });
  const { conflict } = saving;
  const edit = (text, stored) => {
    saving.leaveConflict();
    setDraft(text === null ? null : { text, isUnsaved: Boolean(stored) });
    if (stored) {
      loaded.setData(stored);
    }
  };
  if (conflict) {
    return html`<${Conflict} ...${{ conflict, busy: saving.busy, problem: saving.problem }}
      onOverwrite=${() => saving.save(conflict.text, conflict.stored?.etag ?? null)}
      onTakeStored=${() => (conflict.stored ? edit(null, conflict.stored) : back())}
      onEdit=${() => edit(conflict.text, conflict.stored ?? { ...document, etag: null })} />`;
  }
  if (draft !== null) {
    return html`<section class="card" aria-label="Document"><${Editor} key=${document.etag} ...${draft} action="Save"
      onSave=${(text) => saving.save(text, document.etag)} busy=${saving.busy} problem=${saving.problem}
      onCancel=${() => edit(null)} /></section>`;
  }
  return html`<${Shown} ...${{ session, document, back, reload: loaded.reload }} onEdit=${() => edit(editable(document.value).text)} />`;
}

function Shown({ session, document, back, reload, onEdit }) {
  const [isAsking, setIsAsking] = useState(false);
  const isSendable = useMemo(() => document.text.length <= MAX_SENT || editable(document.value, MAX_SENT).isAll, [document]);
  return html`<section class="card" aria-label="Document" key=${document.etag}>
      <${LongText} write=${(limit) => editable(document.value, limit)} limit=${20_000} />
      ${suffices(session.role, "editor") &&
      html`<div class="actions">
        ${isSendable && html`<${Button} kind="primary" onClick=${onEdit}>Edit<//>`}
        <${Button} onClick=${() => setIsAsking(true)}>Delete<//>
        ${!isSendable && html`<p class="quiet">It is too long to be edited here.</p>`}
      </div>`}
    </section>
    ${isAsking && html`<${Deletion} ...${{ session, document, back, reload }} onClose=${() => setIsAsking(false)} />`}`;
}

function Deletion({ session, document, back, reload, onClose }) {
  const deletion = useTask(async () => {
    try {
      await deleteDocument(session.base, document.path, document.etag);
    } catch (problem) {
      if (problem.status === 412) {
        toast(problem);
        onClose();
        reload();
        return;
      }
      if (problem.code !== "document-not-found") {
        throw problem;
      }
    }
    toast("The document is deleted.");
    back();
  });
  return html`<${Confirm} title="Delete the document" action="Delete" busy=${deletion.busy} problem=${deletion.problem}
    onConfirm=${deletion.run} onClose=${onClose}>
    <p>The document <bdi class="typed">${titleOf(document)}</bdi> is gone for good, if it still is what you see.</p>
  <//>`;
}
