/** Accept an invitation: with the account that is logged in, with one that is not, or with one that begins here. */
import { request } from "../../api.js";
import { html } from "../../html.js";
import { useForm } from "../../forms.js";
import { navigate } from "../../router.js";
import { login } from "../../logins.js";
import { switchTo } from "../../session-changes.js";
import { logout } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Form } from "../../components/field.js";
import { NewPassword } from "../../components/new-password.js";
import { Page } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { Text } from "../../components/text.js";
import { toast } from "../../components/toast.js";

const BACK = `#/login?back=${encodeURIComponent("/link/accept-invitation")}`;

export default function AcceptInvitation({ session, token }) {
  return session.state === "in" ? html`<${WithAccount} ...${{ session, token }} />` : html`<${WithoutAccount} token=${token} />`;
}

function WithAccount({ session, token }) {
  const accept = useTask(async () => {
    const { data } = await request("POST", "invitations/accept", { body: { token } });
    await switchTo(data.organization.id);
    welcome(data);
  });
  const leave = useTask(logout);
  return html`<${Page} title="Accept the invitation">
    <p>You are logged in as <${Text} value=${session.account?.email} />. The invitation has to be for this address.</p>
    <${Note} problem=${accept.problem} />
    <div class="actions">
      <${Button} kind="primary" busy=${accept.busy} onClick=${() => accept.run()}>Accept it<//>
      <${Button} busy=${leave.busy} onClick=${() => leave.run()}>Use another account<//>
    </div>
  <//>`;
}

function WithoutAccount({ token }) {
  const form = useForm({ password: "" });
  const accept = useTask(async () => {
    const { password } = form.values;
    const { data } = await request("POST", "invitations/accept", { body: { token, password }, anonymous: true });
    await login(data.account.email, password, data.organization.id);
    welcome(data);
  });
  const isKnown = accept.problem?.code === "email-taken";
  return html`<${Page} title="Accept the invitation">
    <section class="prose">
      <h2>You have an account</h2>
      <p>Log in with the address that was invited.</p>
      <p><${ButtonLink} kind=${isKnown ? "primary" : "plain"} href=${BACK}>Log in<//></p>
    </section>
    <section class="prose">
      <h2>You have none</h2>
      <p>Choose a password. Your account gets the address that was invited.</p>
      <${Form} onSubmit=${() => accept.run()}>
        <${NewPassword} ...${form.bind("password", accept.problem)} />
        <${Note} problem=${accept.problem} />
        <${Button} kind="primary" type="submit" busy=${accept.busy}>Create the account and accept<//>
      <//>
    </section>
  <//>`;
}

function welcome({ role, organization }) {
  toast(html`You are in <${Text} value=${organization.name} /> now, as ${role}.`);
  navigate("/", {}, { replace: true });
}
