/** Sign up: an organization, and the account that owns it. */
import { request } from "../api.js";
import { html } from "../html.js";
import { useForm, useIdempotencyKey } from "../forms.js";
import { navigate } from "../router.js";
import { login } from "../logins.js";
import { useTask } from "../tasks.js";
import { Button } from "../components/button.js";
import { Field, Form } from "../components/field.js";
import { NewPassword } from "../components/new-password.js";
import { OrganizationFields } from "../components/organization-fields.js";
import { Page } from "../components/page.js";
import { Note } from "../components/states.js";

export default function SignUpView() {
  const form = useForm({ name: "", slug: "", email: "", password: "" });
  const keyOf = useIdempotencyKey();
  const signUp = useTask(async () => {
    const { name, slug, email, password } = form.values;
    const body = { name, slug: slug || undefined, email, password };
    const headers = { "Idempotency-Key": keyOf(body) };
    const { data } = await request("POST", "organizations", { body, headers, anonymous: true });
    await login(email, password, data.organization.id);
    navigate("/", {}, { replace: true });
  });
  const { problem } = signUp;
  return html`<${Page} title="Create an organization" intro="You become its owner, and may invite others.">
    <${Form} onSubmit=${() => signUp.run()}>
      <${OrganizationFields} form=${form} problem=${problem} />
      <${Field} label="Email" type="email" autocomplete="username" required ...${form.bind("email", problem)} />
      <${NewPassword} ...${form.bind("password", problem)} />
      <${Note} problem=${problem} />
      <${Button} kind="primary" type="submit" busy=${signUp.busy}>Create it<//>
    <//>
    <p class="beside"><span>Have an account? <a href="#/login">Log in</a></span></p>
  <//>`;
}
