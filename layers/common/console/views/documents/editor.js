/** A document as text to write. */
import { html, useEffect, useState } from "../../html.js";
import { askBeforeLeaving } from "../../router.js";
import { withFields } from "../../field-problems.js";
import { Button } from "../../components/button.js";
import { Form, TextArea } from "../../components/field.js";
import { Note } from "../../components/states.js";
import { parse } from "../../documents/json.js";

const HINT = "Extended JSON: whole numbers are int or long by their size; other types look like {\"$date\": \"2026-12-31T00:00:00Z\"}.";

/**
 * @param {object} properties
 * @param {string} properties.text At the beginning.
 * @param {string} properties.action Label of the button.
 * @param {(text: string) => void} properties.onSave Gets what is written, which is a JSON object.
 * @param {boolean} properties.busy
 * @param {Error | null} properties.problem
 * @param {() => void} properties.onCancel
 * @param {boolean} [properties.isUnsaved] Whether the text at the beginning is stored nowhere.
 */
export function Editor({ text: first, action, onSave, busy, problem, onCancel, isUnsaved = false }) {
  const [text, setText] = useState(first);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    askBeforeLeaving(() => isUnsaved || text !== first);
    return () => askBeforeLeaving(() => false);
  }, [text, first]);
  const save = () => {
    const reason = mistakeIn(text);
    setWrong(reason);
    if (!reason && !busy) {
      onSave(text);
    }
  };
  return html`<${Form} class="wide editor" onSubmit=${save}>
    <${TextArea} label="Document" hint=${HINT} value=${text} onInput=${setText} error=${wrong} rows="20" spellcheck=${false}
      autocapitalize="off" autocomplete="off" />
    <${Note} problem=${problem && withFields(problem)} />
    <div class="actions">
      <${Button} kind="primary" type="submit" busy=${busy}>${action}<//>
      <${Button} onClick=${onCancel}>Cancel<//>
    </div>
  <//>`;
}

function mistakeIn(text) {
  try {
    return parse(text).kind === "object" ? "" : "It must be a JSON object.";
  } catch (error) {
    return error.message;
  }
}
