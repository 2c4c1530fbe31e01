/** An index that is not there yet. */
import { request } from "../../api.js";
import { useForm } from "../../forms.js";
import { html, useState } from "../../html.js";
import { useTask } from "../../tasks.js";
import { withFields } from "../../field-problems.js";
import { Button } from "../../components/button.js";
import { Checkbox } from "../../components/choices.js";
import { Field, Form } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { toast } from "../../components/toast.js";
import { isTemporary } from "../../documents/patience.js";

const FIRST = [{ field: "", order: 1 }];
const MAX_FIELDS = 8;
const PARTIAL_HINT = "Leaves out documents that lack one of the fields: any number of them may be, also where it is unique.";

export function CreateIndex({ session, onCreated }) {
  const [keys, setKeys] = useState(FIRST);
  const form = useForm({ name: "", unique: false, partial: false });
  const { name, unique, partial } = form.values;
  const create = useTask(async () => {
    try {
      const body = { keys, unique, partial, name: name || undefined };
      const { data } = await request("POST", `${session.base}/indexes`, { body });
      toast(`The index ${data.name} is there.`);
    } catch (problem) {
      if (isTemporary(problem)) {
        toast(problem, { retry: () => create.run() });
      }
      throw problem;
    }
    setKeys(FIRST);
    form.reset({ name: "", unique: false, partial: false });
    onCreated();
  });
  return html`<${Section} title="Create an index">
    <${Form} onSubmit=${() => create.run()}>
      <${Keys} keys=${keys} setKeys=${setKeys} />
      <${Checkbox} label="Unique" hint="No two documents have the same values." checked=${unique} onInput=${(value) => form.change("unique", value)} />
      <${Checkbox} label="Partial" hint=${PARTIAL_HINT} checked=${partial} onInput=${(value) => form.change("partial", value)} />
      <${Field} label="Name" optional hint="Made of the fields if it is left out." maxlength="63" autocapitalize="off" spellcheck=${false}
        ...${form.bind("name", create.problem)} />
      <${Note} problem=${create.problem && withFields(create.problem)} />
      <div class="actions"><${Button} kind="primary" type="submit" busy=${create.busy} disabled=${keys.some(({ field }) => !field)}>Create<//></div>
    <//>
  <//>`;
}

function Keys({ keys, setKeys }) {
  const change = (position, changes) => setKeys(keys.map((key, other) => (other === position ? { ...key, ...changes } : key)));
  return html`<fieldset class="keys"><legend>Fields</legend>
    ${keys.map(({ field, order }, position) => html`<div class="row key" key=${position} role="group" aria-label="Field ${position + 1}">
      <input aria-label="Path" placeholder="address.city" value=${field} required maxlength="200" autocapitalize="off" spellcheck=${false}
        onInput=${(event) => change(position, { field: event.currentTarget.value })} />
      <select aria-label="Order" value=${order} onChange=${(event) => change(position, { order: Number(event.currentTarget.value) })}>
        <option value="1">ascending</option><option value="-1">descending</option></select>
      <${Button} aria-label="Remove field ${position + 1}" disabled=${keys.length === 1}
        onClick=${() => setKeys(keys.filter((_, other) => other !== position))}>Remove<//>
    </div>`)}
    <div class="actions"><${Button} disabled=${keys.length === MAX_FIELDS} onClick=${() => setKeys([...keys, { field: "", order: 1 }])}>Add a field<//></div>
  </fieldset>`;
}
