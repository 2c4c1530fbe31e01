/** The address of the account, and its change. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useForm } from "../../forms.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Facts } from "../../components/facts.js";
import { Field, Form, PasswordField } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";

export function ChangeAddress({ account }) {
  const [isOpen, setIsOpen] = useState(false);
  const [asked, setAsked] = useState(null);
  const done = (address) => {
    setIsOpen(false);
    setAsked(address);
  };
  return html`<${Section} title="Email">
    <${Facts} facts=${[
      ["Address", html`<${Text} value=${account.email} /> <${Verified} is=${account.verified} />`],
      ["Account since", html`<${Time} value=${account.created_at} day />`],
      ["Id", html`<code>${account.id}</code>`],
    ]} />
    ${asked && html`<${Note}>A link is on its way to <${Text} value=${asked} />, if the address is free. The change happens when it is
      opened, within 30 minutes.<//>`}
    <div class="actions"><${Button} onClick=${() => setIsOpen(true)}>Change the address<//></div>
    ${isOpen && html`<${Change} onClose=${() => setIsOpen(false)} onDone=${done} />`}
  <//>`;
}

function Verified({ is }) {
  return is ? html`<span class="badge good">confirmed</span>` : html`<span class="badge warn">not confirmed</span>`;
}

function Change({ onClose, onDone }) {
  const form = useForm({ new_email: "", current_password: "" });
  const ask = useTask(async () => {
    await request("POST", "account/email-change", { body: form.values });
    onDone(form.values.new_email);
  });
  return html`<${Dialog} title="Change the address" onClose=${onClose}>
    <${Form} onSubmit=${() => ask.run()}>
      <p>A link is sent to the address that you want. When you have opened it, you log in with that address; the earlier one
        gets a link that takes the change back for 7 days.</p>
      <${Field} label="New address" type="email" autocomplete="email" required ...${form.bind("new_email", ask.problem)} />
      <${PasswordField} label="Password" autocomplete="current-password" required ...${form.bind("current_password", ask.problem)} />
      <${Note} problem=${ask.problem} />
      <div class="actions">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${ask.busy}>Send the link<//>
      </div>
    <//>
  <//>`;
}
