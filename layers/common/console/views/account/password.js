/** The password of the account, and the end of all its sessions. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useForm } from "../../forms.js";
import { login } from "../../logins.js";
import { logoutEverywhere } from "../../session-changes.js";
import { end } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Form, PasswordField } from "../../components/field.js";
import { NewPassword, Username } from "../../components/new-password.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { toast } from "../../components/toast.js";

const EMPTY = { current_password: "", new_password: "" };

export function ChangePassword({ session }) {
  const form = useForm(EMPTY);
  const change = useTask(async () => {
    const { account, organization } = session;
    await request("PUT", "account/password", { body: form.values });
    try {
      await login(account.email, form.values.new_password, organization?.id); // every token of before is dead
    } catch {
      end("password");
      return;
    }
    form.reset(EMPTY);
    toast("The password is changed, and all other sessions are ended.");
  });
  return html`<${Section} title="Password" intro="A change logs you out everywhere else.">
    <${Form} onSubmit=${() => change.run()}>
      <${Username} email=${session.account.email} />
      <${PasswordField} label="Current password" autocomplete="current-password" required
        ...${form.bind("current_password", change.problem)} />
      <${NewPassword} label="New password" ...${form.bind("new_password", change.problem)} />
      <${Note} problem=${change.problem} />
      <div class="actions"><${Button} kind="primary" type="submit" busy=${change.busy}>Change the password<//></div>
    <//>
  <//>`;
}

export function LogOutEverywhere() {
  const [isOpen, setIsOpen] = useState(false);
  const leave = useTask(logoutEverywhere);
  return html`<${Section} title="All sessions" intro="If you have lost a device, or logged in where you should not have.">
    <div class="actions"><${Button} onClick=${() => setIsOpen(true)}>End all sessions<//></div>
    ${isOpen &&
    html`<${Confirm} title="End all sessions?" action="End all sessions" busy=${leave.busy} problem=${leave.problem}
      onConfirm=${() => leave.run()} onClose=${() => setIsOpen(false)}>
      <p>You are logged out everywhere, here, too.</p>
    <//>`}
  <//>`;
}
