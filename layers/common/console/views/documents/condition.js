/** One condition of the filter: a field, an operator and a value. */
import { html } from "../../html.js";
import { Button } from "../../components/button.js";
import { BSON_TYPES, OPERATORS, VALUE_TYPES } from "../../documents/filters.js";

/** A condition that nobody has filled in yet. */
export const EMPTY = { field: "", operator: "$eq", type: "string", text: "", options: "" };

const EXAMPLES = {
  date: "2026-12-31T23:59:59Z",
  objectId: "665f1c2e8b3e4a0012ab34cd",
  json: '{"a": 1}',
  list: '["a", "b"]',
  pattern: "^begins with",
};
const FIRST_TEXTS = { boolean: "true", type: "string" };

export function Condition({ number, condition, onChange, onRemove, error }) {
  const { operand } = OPERATORS[condition.operator];
  const choose = (operator) => {
    const kind = OPERATORS[operator].operand;
    onChange({ operator, ...(kind === operand ? {} : { type: kind === "value" ? "string" : "json", text: FIRST_TEXTS[kind] ?? "" }) });
  };
  return html`<div class="row condition" role="group" aria-label="Condition ${number}">
    <input aria-label="Field" placeholder="address.city" value=${condition.field} autocapitalize="off" spellcheck=${false}
      onInput=${(event) => onChange({ field: event.currentTarget.value })} />
    <select aria-label="Operator" value=${condition.operator} onChange=${(event) => choose(event.currentTarget.value)}>
      ${Object.entries(OPERATORS).map(([name, { label }]) => html`<option key=${name} value=${name}>${label}</option>`)}
    </select>
    <div class="operand"><${Operand} ...${{ operand, condition, onChange }} /></div>
    <${Button} aria-label="Remove condition ${number}" onClick=${onRemove}>Remove<//>
    ${error && html`<p class="error" role="alert">${error}</p>`}
  </div>`;
}

function Operand({ operand, condition, onChange }) {
  const change = (text) => onChange({ text });
  switch (operand) {
    case "value":
      return html`<${Types} ...${{ condition, onChange }} />
        ${condition.type === "boolean"
          ? html`<${Choice} ...${{ value: condition.text, change, choices: ["true", "false"] }} />`
          : condition.type !== "null" && html`<${Text} ...${{ condition, change, example: EXAMPLES[condition.type] }} />`}`;
    case "boolean":
      return html`<${Choice} ...${{ value: condition.text, change, choices: ["true", "false"] }} />`;
    case "type":
      return html`<${Choice} ...${{ value: condition.text, change, choices: BSON_TYPES }} />`;
    case "pattern":
      return html`<${Text} ...${{ condition, change, example: EXAMPLES.pattern }} />
        <label class="inline"><input type="checkbox" checked=${(condition.options ?? "").includes("i")}
          onChange=${(event) => onChange({ options: event.currentTarget.checked ? "i" : "" })} />Any case</label>`;
    default:
      return html`<${Text} ...${{ condition, change, example: EXAMPLES[operand] }} />`;
  }
}

function Types({ condition, onChange }) {
  const choose = (type) => onChange({ type, text: FIRST_TEXTS[type] ?? (condition.type === "boolean" ? "" : condition.text) });
  return html`<select aria-label="Type" value=${condition.type} onChange=${(event) => choose(event.currentTarget.value)}>
    ${Object.entries(VALUE_TYPES).map(([type, { label }]) => html`<option key=${type} value=${type}>${label}</option>`)}
  </select>`;
}

const Choice = ({ value, change, choices }) => html`<select aria-label="Value" value=${value}
  onChange=${(event) => change(event.currentTarget.value)}>${choices.map((choice) => html`<option key=${choice}>${choice}</option>`)}</select>`;

const Text = ({ condition, change, example }) => html`<input aria-label="Value" value=${condition.text} placeholder=${example}
  autocapitalize="off" spellcheck=${false} onInput=${(event) => change(event.currentTarget.value)} />`;
