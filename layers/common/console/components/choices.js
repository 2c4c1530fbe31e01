/** Fields of forms in which somebody chooses. */
import { html, useId } from "../html.js";
import { Labelled } from "./field.js";

/** @param {{label: any, value: string, options: {value: string, label: any}[], onInput: (value: string) => void}} properties */
export function Select({ label, hint, error, options, value, onInput, ...rest }) {
  return html`<${Labelled} ...${{ label, hint, error }}>${(attributes) =>
    html`<select ...${attributes} ...${rest} value=${value} onChange=${(event) => onInput(event.currentTarget.value)}>
      ${options.map((option) => html`<option key=${option.value} value=${option.value}>${option.label}</option>`)}
    </select>`}<//>`;
}

/** @param {{label: any, checked: boolean, hint?: any, onInput: (checked: boolean) => void}} properties */
export function Checkbox({ label, hint, checked, onInput, ...rest }) {
  const id = useId();
  return html`<div class="field check">
    <input type="checkbox" id=${id} checked=${checked} aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest}
      onChange=${(event) => onInput(event.currentTarget.checked)} />
    <label for=${id}>${label}</label>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}
