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
import { FIRST, Keys, PARTIAL_HINT, UNIQUE_HINT } from "./keys.js";

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
      <${Checkbox} label="Unique" hint=${UNIQUE_HINT} checked=${unique} onInput=${(value) => form.change("unique", value)} />
      <${Checkbox} label="Partial" hint=${PARTIAL_HINT} checked=${partial} onInput=${(value) => form.change("partial", value)} />
      <${Field} label="Name" optional hint="Made of the fields if it is left out." maxlength="63" autocapitalize="off" spellcheck=${false}
        ...${form.bind("name", create.problem)} />
      <${Note} problem=${create.problem && withFields(create.problem)} />
      <div class="actions"><${Button} kind="primary" type="submit" busy=${create.busy} disabled=${keys.some(({ field }) => !field)}>Create<//></div>
    <//>
  <//>`;
}
