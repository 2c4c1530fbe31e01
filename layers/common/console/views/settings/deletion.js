/** The end of the organization. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useForm } from "../../forms.js";
import { confirmLogin } from "../../session-changes.js";
import { end } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox } from "../../components/choices.js";
import { Field, Form, PasswordField } from "../../components/field.js";
import { Username } from "../../components/new-password.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { Text } from "../../components/text.js";

export function Deletion({ session, data }) {
  const [isOpen, setIsOpen] = useState(false);
  return html`<${Section} title="Delete the organization" danger intro="For all its members, at once.">
    <div class="actions"><${Button} kind="danger" onClick=${() => setIsOpen(true)}>Delete the organization<//></div>
    ${isOpen && html`<${Ask} ...${{ session, organization: data.organization }} onClose=${() => setIsOpen(false)} />`}
  <//>`;
}

function Ask({ session, organization, onClose }) {
  const form = useForm({ name: "", password: "", immediately: false });
  const { name, password, immediately } = form.values;
  const isNamed = [organization.name, organization.slug].includes(name.trim().normalize());
  const remove = useTask(async () => {
    await confirmLogin(password);
    await request("DELETE", session.base, { query: { immediately: immediately || undefined } });
    end(immediately ? "erased" : "deleted");
  });
  return html`<${Dialog} title=${html`Delete <${Text} value=${organization.name} />?`} onClose=${onClose}>
    <${Form} onSubmit=${() => isNamed && remove.run()}>
      <ul class="list">
        <li>All members are logged out at once. Invitations, API keys and offers of ownership end for ever.</li>
        <li>${immediately ? "Documents, indexes and members end now. Nobody can bring them back." : "Documents, indexes and members are kept for the days that this service grants. Each owner with a confirmed address gets a mail with a link that brings them back."}</li>
        <li>Your account stays.</li>
      </ul>
      <${Checkbox} label="Keep nothing: delete for good, now" checked=${immediately} onInput=${(value) => form.change("immediately", value)} />
      <${Field} label=${html`Type the name, <${Text} class="typed" value=${organization.name} />`} hint="Or the slug, ${organization.slug}." autocomplete="off"
        autocapitalize="off" spellcheck=${false} required value=${name} onInput=${(value) => form.change("name", value)} />
      <${Username} email=${session.account.email} />
      <${PasswordField} label="Your password" autocomplete="current-password" required ...${form.bind("password", remove.problem)} />
      <${Note} problem=${remove.problem} />
      <div class="actions">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="danger" type="submit" busy=${remove.busy} disabled=${!isNamed}>${immediately ? "Delete for good" : "Delete"}<//>
      </div>
    <//>
  <//>`;
}
