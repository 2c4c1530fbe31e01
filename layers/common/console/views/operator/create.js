/** Create an organization for somebody, with the account that owns it. */
import { request } from "../../api.js";
import { useForm, useIdempotencyKey } from "../../forms.js";
import { html, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { useLoad, useTask } from "../../tasks.js";
import { errorOf } from "../../texts.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Facts } from "../../components/facts.js";
import { Select } from "../../components/choices.js";
import { Field, Form, TextArea } from "../../components/field.js";
import { NewPassword } from "../../components/new-password.js";
import { OrganizationFields } from "../../components/organization-fields.js";
import { Page, Section } from "../../components/page.js";
import { Secret } from "../../components/secret.js";
import { Note } from "../../components/states.js";
import { Text } from "../../components/text.js";
import { NO_OBJECT, objectOf } from "./objects.js";
import { reading } from "./reading.js";

const PLACEMENTS = [
  { value: "collection", label: "A collection of its own" },
  { value: "pooled", label: "A pool that it shares with others" },
];
const BLANK = { name: "", slug: "", email: "", password: "", placement: "collection", plan: "default", metadata: "" };
const PASSWORD_OCTETS = 18;
const TAKEN = "This address has an account already. Let its owner log in and create the organization: nobody else can in their name.";

export function CreateOrganization() {
  const [created, setCreated] = useState(null);
  return html`<${Page} title="Create an organization" actions=${html`<${ButtonLink} href="#/organizations">All organizations<//>`}>
    <${Create} onCreated=${setCreated} />
    ${created && html`<${Created} ...${created} />`}
  <//>`;
}

function Create({ onCreated }) {
  const form = useForm(BLANK);
  const keyOf = useIdempotencyKey();
  const plans = useLoad(reading("operator/plans", { limit: 1000 }), []);
  const { slug, metadata, ...values } = form.values;
  const object = metadata.trim() === "" ? {} : objectOf(metadata);
  const create = useTask(async () => {
    const body = { ...values, slug: slug || undefined, metadata: object };
    const { data } = await request("POST", "operator/organizations", { body, headers: { "Idempotency-Key": keyOf(body) } }).catch((problem) => {
      if (isUnanswered(problem)) {
        form.reset(form.values); // as they were sent, whatever was typed meanwhile
      }
      throw problem;
    });
    onCreated({ ...data, password: values.password });
  });
  const { problem } = create;
  const names = new Set(["default", ...(plans.data?.plans ?? []).map(({ name }) => name)]);
  const isFilled = values.name !== "" && values.email !== "" && values.password !== "" && object !== null;
  return html`<${Form} onSubmit=${() => isFilled && create.run()}>
    <fieldset class="whole" disabled=${isUnanswered(problem)}>
      <${Section} title="Organization">
        <div class="fields"><${OrganizationFields} form=${form} problem=${problem} />
          <${Select} label="Documents" hint="A move changes that later. The cluster is the one with the most room." options=${PLACEMENTS} ...${form.bind("placement", problem)} />
          <${Select} label="Plan" options=${[...names].map((value) => ({ value, label: value }))} ...${form.bind("plan", problem)} />
          <${TextArea} label="Metadata" optional hint="A JSON object. Members read and change it." spellcheck=${false} ...${form.bind("metadata", problem)}
            error=${object === null ? NO_OBJECT : errorOf(problem, "metadata")} /></div>
      <//>
      <${Section} title="Owner" intro="The account is created with the organization. Its owner logs in with what you choose here, and confirms the address then.">
        <div class="fields"><${Field} label="Email" type="email" autocomplete="off" required ...${form.bind("email", problem)} />
          <${NewPassword} label="First password" ...${form.bind("password", problem)} />
          <div class="actions"><${Button} onClick=${() => form.change("password", madeUp())}>Make one up<//></div></div>
      <//>
    </fieldset>
    ${problem?.code === "email-taken" ? html`<div class="note bad" role="alert">${TAKEN}</div>` : html`<${Note} problem=${problem ?? plans.problem} />`}
    ${isUnanswered(problem) && html`<${Note}>It may have been created. The fields stay as they were sent, so that nothing is created twice and the
      password is kept: press the button again until there is an answer.<//>`}
    <div class="actions">
      <${Button} kind="primary" type="submit" busy=${create.busy} disabled=${!isFilled}>Create it<//>
      <${ButtonLink} href="#/organizations">Cancel<//>
    </div>
  <//>`;
}

/** Whether nobody knows what a request has done. Sent again with other fields, it would meet what it has made itself. */
function isUnanswered(problem) {
  return problem !== null && (problem.status === 0 || problem.status >= 500);
}

function madeUp() {
  const octets = crypto.getRandomValues(new Uint8Array(PASSWORD_OCTETS));
  return btoa(String.fromCharCode(...octets)).replaceAll("+", "-").replaceAll("/", "_");
}

function Created({ organization, account, password }) {
  return html`<${Dialog} title="The organization is created" onClose=${() => navigate(`/organizations/${organization.id}`)} wide>
    <${Facts} facts=${[
      ["Name", html`<${Text} value=${organization.name} />`],
      ["Slug", html`<code>${organization.slug}</code>`],
      ["Owner", html`<${Text} value=${account.email} />`],
    ]} />
    <p>Hand address and password over on a way that you trust, and let the owner choose another password at once. It is shown this once.</p>
    <${Secret} label="First password" value=${password} />
    <div class="actions"><${Button} kind="primary" onClick=${() => navigate(`/organizations/${organization.id}`)}>To the organization<//></div>
  <//>`;
}
