/** Ask for a link that resets the password. */
import { request } from "../api.js";
import { html, useState } from "../html.js";
import { useTask } from "../tasks.js";
import { errorOf } from "../texts.js";
import { Button } from "../components/button.js";
import { Field, Form } from "../components/field.js";
import { Page } from "../components/page.js";
import { Note } from "../components/states.js";
import { Text } from "../components/text.js";

export default function ForgottenView() {
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState(null);
  const ask = useTask(async () => {
    await request("POST", "account/password-reset", { body: { email }, anonymous: true });
    setAsked(email);
  });
  return html`<${Page} title="Forgotten password" intro="A link to choose another one is sent to your address.">
    ${asked !== null &&
    html`<${Note}>If an account has the address ${html`<${Text} value=${asked} />`}, a link is on its way. It is valid for 30 minutes.<//>`}
    <${Form} onSubmit=${() => ask.run()}>
      <${Field} label="Email" type="email" autocomplete="username" required value=${email} onInput=${setEmail}
        error=${errorOf(ask.problem, "email")} />
      <${Note} problem=${ask.problem} />
      <${Button} kind="primary" type="submit" busy=${ask.busy}>${asked === null ? "Send the link" : "Send again"}<//>
    <//>
    <p class="beside"><a href="#/login">Log in</a></p>
  <//>`;
}
