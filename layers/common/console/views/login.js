/** Log in, with a choice of organization where the account has several. */
import { html, useEffect, useState } from "../html.js";
import { login } from "../logins.js";
import { navigate } from "../router.js";
import { useTask } from "../tasks.js";
import { errorOf } from "../texts.js";
import { Button } from "../components/button.js";
import { Form, PasswordField, Field } from "../components/field.js";
import { Page } from "../components/page.js";
import { Note } from "../components/states.js";
import { Text } from "../components/text.js";

const REASONS = {
  ended: "Your session has ended. Log in again to go on where you were.",
  suspended: "The organization is suspended. Ask the operator of this service.",
  password: "The password is changed. Log in with it.",
  address: "The address is changed. Log in with it.",
  deleted: "The organization is deleted. Each owner with a confirmed address gets a mail that says until when it can be brought back, and a link that does it.",
  erased: "The organization and all that it had are deleted for good.",
  account: "The account is deleted. Its address is free.",
};

export default function LoginView({ session, route }) {
  const [email, setEmail] = useState(route.query.email ?? "");
  const [password, setPassword] = useState("");
  const enter = useTask((organization) => login(email, password, organization));
  const choices = enter.problem?.code === "organization-required" ? enter.problem.data.organizations : null;
  useEffect(() => {
    if (session.state === "in") {
      navigate(...destination(route.query.back), { replace: true });
    }
  }, [session.state]);
  if (choices) {
    return html`<${Choose} ...${{ choices, enter }} />`;
  }
  const reason = REASONS[session.reason];
  return html`<${Page} title="Log in">
    ${reason && !enter.problem && html`<${Note}>${reason}<//>`}
    <${Form} onSubmit=${() => enter.run()}>
      <${Field} label="Email" type="email" name="email" autocomplete="username" value=${email} onInput=${setEmail} required
        error=${errorOf(enter.problem, "email")} />
      <${PasswordField} label="Password" name="password" autocomplete="current-password" value=${password} onInput=${setPassword}
        required error=${errorOf(enter.problem, "password")} />
      <${Note} problem=${enter.problem} />
      <${Button} kind="primary" type="submit" busy=${enter.busy}>Log in<//>
    <//>
    <p class="beside"><a href="#/forgotten">Forgotten password?</a><a href="#/sign-up">Create an organization</a></p>
  <//>`;
}

function Choose({ choices, enter }) {
  return html`<${Page} title="Choose an organization" intro="Your account is in several.">
    <ul class="choices">${choices.map(
      ({ id, slug, name }) => html`<li key=${id}><button class="choice" type="button" aria-disabled=${enter.busy || undefined}
        onClick=${() => enter.run(id ?? slug)}>
        <span class="names"><${Text} class="name" value=${name} /><span class="quiet">${slug}</span></span>
      </button></li>`,
    )}</ul>
    <p class="beside"><button class="link" type="button" onClick=${enter.clear}>Log in with another account</button></p>
  <//>`;
}

/** Where somebody wanted to go: a route of this page, whatever the address says. */
function destination(back) {
  const [path, query] = (back ?? "").split("?");
  const isRoute = path.startsWith("/") && !path.startsWith("/login");
  return isRoute ? [path, Object.fromEntries(new URLSearchParams(query))] : ["/", {}];
}
