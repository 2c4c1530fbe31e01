/** Fields of forms: each with a label, and what else it says tied to it for screen readers. choices.js has others. */
import { html, useId, useState } from "../html.js";

export function Labelled({ label, hint, error, optional, children }) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const attributes = { id, "aria-describedby": notes || undefined, "aria-invalid": error ? "true" : undefined };
  return html`<div class="field">
    <label for=${id}>${label}${optional && html` <span class="quiet">optional</span>`}</label>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${children(attributes)}
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}

/**
 * @param {{label: any, value: string, onInput: (value: string) => void, hint?: any, error?: any, optional?: boolean}}
 *   properties Others are attributes of the input.
 */
export function Field({ label, hint, error, optional, onInput, ...rest }) {
  return html`<${Labelled} ...${{ label, hint, error, optional }}>${(attributes) =>
    html`<input ...${attributes} ...${rest} onInput=${(event) => onInput(event.currentTarget.value)} />`}<//>`;
}

/** The same for a password, which may be looked at. */
export function PasswordField({ label, hint, error, onInput, ...rest }) {
  const [isShown, setIsShown] = useState(false);
  return html`<${Labelled} ...${{ label, hint, error }}>${(attributes) => html`<div class="joined">
    <input ...${attributes} ...${rest} type=${isShown ? "text" : "password"} spellcheck=${false} autocapitalize="off"
      onInput=${(event) => onInput(event.currentTarget.value)} />
    <button class="button" type="button" aria-pressed=${isShown} aria-label="Show the password"
      onClick=${() => setIsShown(!isShown)}>${isShown ? "Hide" : "Show"}</button>
  </div>`}<//>`;
}

/** The same for several lines. */
export function TextArea({ label, hint, error, optional, onInput, ...rest }) {
  return html`<${Labelled} ...${{ label, hint, error, optional }}>${(attributes) =>
    html`<textarea ...${attributes} ...${rest} onInput=${(event) => onInput(event.currentTarget.value)}></textarea>`}<//>`;
}

/** A form: Enter submits it, and the browser checks nothing that the fields do not say themselves. */
export function Form({ onSubmit, children, ...rest }) {
  const submit = (event) => {
    event.preventDefault();
    onSubmit(event);
  };
  return html`<form method="post" onSubmit=${submit} ...${rest}>${children}</form>`;
}
