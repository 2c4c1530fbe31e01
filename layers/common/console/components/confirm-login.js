/** Asks for the password where the API wants a recent login, and lets the request go on. */
import { whenRefused } from "../api.js";
import { html, useState, useStore } from "../html.js";
import { confirmLogin, session } from "../session.js";
import { createStore } from "../store.js";
import { useTask } from "../tasks.js";
import { errorOf } from "../texts.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Form, PasswordField } from "./field.js";
import { Username } from "./new-password.js";
import { Note } from "./states.js";

/** @type {import("../store.js").Store<((isConfirmed: boolean) => void) | null>} */
const waiting = createStore(null);
let asked = null;

whenRefused({
  // Requests that wait for the password at the same moment share one dialog.
  loginTooOld: () =>
    (asked ??= new Promise((resolve) => waiting.set(resolve)).finally(() => {
      asked = null;
      waiting.set(null);
    })),
});

// Whoever is logged in next is not asked for what somebody else has begun.
session.subscribe(({ state }) => state === "in" || waiting.get()?.(false));

export function ConfirmLogin() {
  const answer = useStore(waiting);
  return answer ? html`<${Ask} answer=${answer} />` : null;
}

function Ask({ answer }) {
  const [password, setPassword] = useState("");
  const confirm = useTask(async () => {
    await confirmLogin(password);
    answer(true);
  });
  return html`<${Dialog} title="Confirm that it is you" onClose=${() => answer(false)}>
    <${Form} onSubmit=${() => confirm.run()}>
      <p>This needs your password, for you logged in more than 10 minutes ago.</p>
      <${Username} email=${session.get().account?.email} />
      <${PasswordField} label="Password" value=${password} onInput=${setPassword} autocomplete="current-password" required autofocus
        error=${errorOf(confirm.problem, "password")} />
      <${Note} problem=${confirm.problem} />
      <div class="actions">
        <${Button} onClick=${() => answer(false)}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${confirm.busy}>Confirm<//>
      </div>
    <//>
  <//>`;
}
