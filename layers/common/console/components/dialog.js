/** Dialogs, on the element of that name: it keeps the focus inside, and Escape closes it. */
import { html, useEffect, useId, useRef, useState } from "../html.js";
import { Button } from "./button.js";
import { Field, Form } from "./field.js";
import { Note } from "./states.js";

/**
 * @param {{title: any, onClose: () => void, children: any, wide?: boolean}} properties Shown as long as it is there.
 */
export function Dialog({ title, onClose, children, wide = false }) {
  const element = useRef(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    element.current.showModal();
    return () => opener?.isConnected && opener.focus();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${element} class=${wide ? "wide" : ""} aria-labelledby=${id} onCancel=${cancel}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`;
}

/**
 * Ask before something that cannot be taken back.
 *
 * @param {object} properties
 * @param {any} properties.title
 * @param {any} properties.children What will happen.
 * @param {string} properties.action Label of the button.
 * @param {string} [properties.name] Has to be typed first.
 * @param {boolean} [properties.busy]
 * @param {Error | null} [properties.problem]
 * @param {() => void} properties.onConfirm
 * @param {() => void} properties.onClose
 */
export function Confirm({ title, children, action, name, busy = false, problem = null, onConfirm, onClose }) {
  const [typed, setTyped] = useState("");
  const isConfirmed = name === undefined || typed === name;
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <${Form} onSubmit=${() => isConfirmed && !busy && onConfirm()}>
      ${children}
      ${name !== undefined &&
      html`<${Field} label=${html`Type <bdi class="typed">${name}</bdi> to confirm`} value=${typed} onInput=${setTyped}
        autocomplete="off" autocapitalize="off" spellcheck=${false} />`}
      <${Note} problem=${problem} />
      <div class="actions">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="danger" type="submit" busy=${busy} disabled=${!isConfirmed}>${action}<//>
      </div>
    <//>
  <//>`;
}
