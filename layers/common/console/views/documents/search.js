/** What is looked for: conditions in a form, or the filter as text; and the order. */
import { html, useState } from "../../html.js";
import { Button } from "../../components/button.js";
import { Field, Form, TextArea } from "../../components/field.js";
import { conditionsOf, filterOf } from "../../documents/filters.js";
import { parse, write } from "../../documents/json.js";
import { Condition, EMPTY } from "./condition.js";

const FILTER_HINT = 'Extended JSON with MongoDB\'s operators, such as {"due": {"$lt": {"$date": "2026-12-31T00:00:00Z"}}}';
const SORT_HINT = "Fields, with a minus for descending order, such as -due,text";
const NO_FORM = "This filter is more than the form has place for.";

export function Search({ search, show }) {
  const [conditions, setConditions] = useState(() => conditionsOf(search.filter ?? ""));
  const [text, setText] = useState(search.filter ?? "");
  const [sort, setSort] = useState(search.sort ?? "");
  const [isText, setIsText] = useState(conditions === null);
  const [wrong, setWrong] = useState(null);

  const attempt = (work) => {
    try {
      setWrong(null);
      return work();
    } catch (error) {
      setWrong(error);
      return undefined;
    }
  };
  const written = () => (isText ? text.trim() && write(parse(text)).text : filterOf(conditions));
  const submit = () => attempt(() => show({ filter: written(), sort: sort.trim(), cursor: undefined }));
  const change = () =>
    attempt(() => {
      if (!isText) {
        setText(filterOf(conditions));
      } else if (conditionsOf(text) === null) {
        throw new Error(NO_FORM);
      } else {
        setConditions(conditionsOf(text));
      }
      setIsText(!isText);
    });
  const clear = () => show({ filter: undefined, sort: undefined, cursor: undefined });
  return html`<section class="card search" aria-label="Search"><${Form} class="wide" onSubmit=${submit}>
    ${isText
      ? html`<${TextArea} label="Filter" hint=${FILTER_HINT} rows="3" spellcheck=${false} value=${text} onInput=${setText} error=${wrong?.message} />`
      : html`<${Conditions} ...${{ conditions, setConditions, wrong }} />`}
    <${Field} label="Sort" hint=${SORT_HINT} autocapitalize="off" spellcheck=${false} value=${sort} onInput=${setSort} />
    <div class="actions">
      <${Button} kind="primary" type="submit">Search<//>
      <${Button} onClick=${change}>${isText ? "Use the form" : "Edit as text"}<//>
      ${(search.filter || search.sort) && html`<${Button} onClick=${clear}>Clear<//>`}
    </div>
  <//></section>`;
}

function Conditions({ conditions, setConditions, wrong }) {
  const change = (position, changes) =>
    setConditions(conditions.map((condition, other) => (other === position ? { ...condition, ...changes } : condition)));
  const remove = (position) => setConditions(conditions.filter((_, other) => other !== position));
  return html`<div class="conditions">
    ${conditions.map((condition, position) => html`<${Condition} key=${position} number=${position + 1} condition=${condition}
      onChange=${(changes) => change(position, changes)} onRemove=${() => remove(position)}
      error=${wrong?.index === position ? wrong.message : undefined} />`)}
    <div class="actions"><${Button} onClick=${() => setConditions([...conditions, EMPTY])}>Add a condition<//></div>
  </div>`;
}
