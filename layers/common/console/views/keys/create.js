/** An API key that is not there yet. */
import { request } from "../../api.js";
import { useForm } from "../../forms.js";
import { html } from "../../html.js";
import { useTask } from "../../tasks.js";
import { errorOf } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Checkbox } from "../../components/choices.js";
import { Field, Form } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";

const SCOPES = {
  "documents:read": "Reads, lists and counts documents.",
  "documents:write": "Also writes them.",
  indexes: "Lists, creates and drops indexes.",
  "audit:read": "Reads what was done.",
};
const BLANK = { name: "", scopes: [], expires: "", rate: "" };

export function CreateKey({ path, onMade }) {
  const form = useForm(BLANK);
  const { name, scopes, expires, rate } = form.values;
  const create = useTask(async () => {
    const { data } = await request("POST", path, {
      body: {
        name,
        scopes,
        expires_at: expires ? new Date(expires).toISOString() : undefined,
        requests_per_minute: rate ? Number(rate) : undefined,
      },
    });
    form.reset(BLANK);
    onMade(data);
  });
  const choose = (scope, isChosen) => form.change("scopes", Object.keys(SCOPES).filter((name) => (name === scope ? isChosen : scopes.includes(name))));
  return html`<${Section} title="Create a key">
    <${Form} onSubmit=${() => create.run()}>
      <${Field} label="Name" hint="What it is for." required maxlength="100" autocomplete="off" ...${form.bind("name", create.problem)} />
      <fieldset><legend>Scopes</legend>${Object.entries(SCOPES).map(([scope, hint]) => html`<${Checkbox} key=${scope} label=${scope} hint=${hint}
        checked=${scopes.includes(scope)} onInput=${(isChosen) => choose(scope, isChosen)} />`)}</fieldset>
      <${Field} label="Expires" optional type="datetime-local" hint="In your time. Without it, the key works until it is revoked."
        ...${form.bind("expires", create.problem)} error=${errorOf(create.problem, "expires_at")} />
      <${Field} label="Requests a minute" optional type="number" min="1" step="1" inputmode="numeric"
        hint="Of those that the organization may send, so that a program that runs away leaves some to people."
        ...${form.bind("rate", create.problem)} error=${errorOf(create.problem, "requests_per_minute")} />
      <${Note} problem=${create.problem} />
      <div class="actions"><${Button} kind="primary" type="submit" busy=${create.busy} disabled=${!name || scopes.length === 0}>Create the key<//></div>
    <//>
  <//>`;
}
