/** Saving a document over the version that was read. */
import { useState } from "../../html.js";
import { useTask } from "../../tasks.js";
import { toast } from "../../components/toast.js";
import { isSameDocument } from "../../documents/differences.js";
import { parse } from "../../documents/json.js";
import { isTemporary } from "../../documents/patience.js";
import { putDocument, readDocument } from "../../documents/requests.js";

/**
 * What stands between a person's text and the store: `stored` is null if the document was deleted.
 * @typedef {{text: string, stored: import("../../documents/requests.js").Stored | null}} Conflict
 */

/**
 * @param {{base: string, document: import("../../documents/requests.js").Stored,
 *   onSaved: (stored: import("../../documents/requests.js").Stored) => void}} properties
 * @returns {{save: (text: string, etag: string | null) => void, busy: boolean, problem: Error | null,
 *   conflict: Conflict | null, leaveConflict: () => void}}
 */
export function useSaving({ base, document, onSaved }) {
  const [conflict, setConflict] = useState(null);
  const done = (stored) => {
    setConflict(null);
    toast("The document is saved.");
    onSaved(stored);
  };
  const task = useTask(async (text, etag) => {
    try {
      done(await putDocument(base, document.path, text, etag));
    } catch (problem) {
      if (isTemporary(problem)) {
        toast(problem, { retry: () => task.run(text, etag) });
      }
      if (problem.status !== 412) {
        throw problem;
      }
      const stored = await readIfThere(base, document.path);
      // A first attempt may have succeeded without an answer.
      if (stored && isSameDocument(withId(parse(text), stored.value), parse(stored.text))) {
        done(stored);
      } else {
        toast(problem);
        setConflict({ text, stored });
      }
    }
  });
  const leaveConflict = () => {
    setConflict(null);
    task.clear();
  };
  return { save: task.run, busy: task.busy, problem: task.problem, conflict, leaveConflict };
}

async function readIfThere(base, path) {
  try {
    return await readDocument(base, path);
  } catch (problem) {
    if (problem.code === "document-not-found") {
      return null;
    }
    throw problem;
  }
}

/** Return a document with the id of another one, which it may leave out. */
function withId(document, other) {
  const isId = ([name]) => name === "_id";
  return document.members.some(isId) ? document : { ...document, members: [...other.members.filter(isId), ...document.members] };
}
