/** The dialog that asks for the password again. */
import { html, useState } from "../html.js";
import { confirmLogin } from "../session-changes.js";
import { session } from "../session.js";
import { useTask } from "../tasks.js";
import { errorOf } from "../texts.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Form, PasswordField } from "./field.js";
import { Username } from "./new-password.js";
import { Note } from "./states.js";

/** @param {{onConfirmed: () => void, onClose: () => void}} properties */
export default function PasswordDialog({ onConfirmed, onClose }) {
  const [password, setPassword] = useState("");
  const confirm = useTask(async () => {
    await confirmLogin(password);
    onConfirmed();
  });
  return html`<${Dialog} title="Confirm that it is you" onClose=${onClose}>
    <${Form} onSubmit=${() => confirm.run()}>
      <p>This needs your password, for you logged in more than 10 minutes ago.</p>
      <${Username} email=${session.get().account?.email} />
      <${PasswordField} label="Password" value=${password} onInput=${setPassword} autocomplete="current-password" required autofocus
        error=${errorOf(confirm.problem, "password")} />
      <${Note} problem=${confirm.problem} />
      <div class="actions">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${confirm.busy}>Confirm<//>
      </div>
    <//>
  <//>`;
}
