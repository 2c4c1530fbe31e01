/** Choose another password, with the link that was asked for. */
import { request } from "../../api.js";
import { html } from "../../html.js";
import { useForm } from "../../forms.js";
import { navigate } from "../../router.js";
import { leave } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Form } from "../../components/field.js";
import { NewPassword } from "../../components/new-password.js";
import { Page } from "../../components/page.js";
import { Note } from "../../components/states.js";

export default function ResetPassword({ token }) {
  const form = useForm({ new_password: "" });
  const reset = useTask(async () => {
    const body = { token, new_password: form.values.new_password };
    await request("POST", "account/password-reset/complete", { body, anonymous: true });
    leave("password");
    navigate("/login", {}, { replace: true });
  });
  return html`<${Page} title="Choose a password" intro="Whoever is logged in to the account, anywhere, is logged out.">
    <${Form} onSubmit=${() => reset.run()}>
      <${NewPassword} label="New password" ...${form.bind("new_password", reset.problem)} />
      <${Note} problem=${reset.problem} />
      <${Button} kind="primary" type="submit" busy=${reset.busy}>Save the password<//>
    <//>
    ${reset.problem?.code === "link-not-found" && html`<p class="beside"><a href="#/forgotten">Ask for another link</a></p>`}
  <//>`;
}
