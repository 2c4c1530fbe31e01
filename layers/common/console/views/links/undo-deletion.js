/** Bring a deleted organization back, with the link that each former owner got. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useForm } from "../../forms.js";
import { useTask } from "../../tasks.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Field, Form } from "../../components/field.js";
import { Page } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { Text } from "../../components/text.js";

export default function UndoDeletion({ token }) {
  const form = useForm({ name: "" });
  const [organization, setOrganization] = useState(null);
  const undo = useTask(async () => {
    const body = { token, name: form.values.name || undefined };
    const { data } = await request("POST", "deletions/undo", { body, anonymous: true });
    setOrganization(data);
  });
  const isTaken = undo.problem?.code === "organization-exists" || form.values.name !== "";
  if (organization) {
    return html`<${Page} title="It is back">
      <p><${Text} class="strong" value=${organization.name} /> has its documents, indexes and members again. Everybody logs in again; API keys,
        invitations and links from before stay dead.</p>
      <${ButtonLink} kind="primary" href="#/login">Log in<//>
    <//>`;
  }
  return html`<${Page} title="Bring the organization back" intro="With its documents, its indexes and its members.">
    <${Form} onSubmit=${() => undo.run()}>
      ${isTaken && html`<${Field} label="Another name" hint="Its name is taken by now." required maxlength="400" ...${form.bind("name", undo.problem)} />`}
      <${Note} problem=${undo.problem} />
      <${Button} kind="primary" type="submit" busy=${undo.busy}>Bring it back<//>
    <//>
  <//>`;
}
