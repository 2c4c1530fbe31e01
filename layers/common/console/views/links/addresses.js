/** Links about the address of an account: to verify it, to change it, and to take a change back. */
import { request } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { end, leave, reload } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Page } from "../../components/page.js";
import { Loading, Note } from "../../components/states.js";
import { Text } from "../../components/text.js";

export function VerifyEmail({ session, token }) {
  const [isDone, setIsDone] = useState(false);
  const verify = useTask(async () => {
    await request("POST", "account/email-verification/complete", { body: { token } });
    setIsDone(true);
    await reload();
  });
  const isIn = session.state === "in";
  useEffect(() => {
    if (isIn) {
      verify.run();
    }
  }, [isIn]);
  if (!isIn) {
    return html`<${LogInFirst} title="Confirm your address" page="verify-email">Log in to the account that the address is of.<//>`;
  }
  return html`<${Page} title=${isDone ? "Your address is confirmed" : "Confirm your address"}>
    ${verify.busy && html`<${Loading}>Confirming<//>`}
    <${Note} problem=${verify.problem} />
    ${verify.problem && html`<p>You are logged in as <${Text} value=${session.account?.email} />.
      <a href="#/account"> Ask for another link</a> if this one is too old.</p>`}
    ${verify.problem?.status >= 500 && html`<${Button} onClick=${() => verify.run()}>Try again<//>`}
    <${ButtonLink} kind="primary" href="#/">To the console<//>
  <//>`;
}

export function ChangeEmail({ session, token }) {
  const change = useTask(async () => {
    await request("POST", "account/email-change/complete", { body: { token } });
    end("address");
    navigate("/login", {}, { replace: true });
  });
  if (session.state !== "in") {
    return html`<${LogInFirst} title="Use this address" page="change-email">Log in with the address that the account has now.<//>`;
  }
  return html`<${Page} title="Use this address" intro="Afterwards you log in with it, here and wherever you are logged in.">
    <p>You are logged in as <${Text} value=${session.account?.email} />.</p>
    <${Note} problem=${change.problem} />
    <${Button} kind="primary" busy=${change.busy} onClick=${() => change.run()}>Use the address<//>
  <//>`;
}

export function UndoEmailChange({ token }) {
  const [isDone, setIsDone] = useState(false);
  const undo = useTask(async () => {
    await request("POST", "account/email-change/undo", { body: { token }, anonymous: true });
    leave();
    setIsDone(true);
  });
  if (isDone) {
    return html`<${Page} title="You have your address back">
      <p>Whoever changed it knew the password. It is void, and everybody is logged out. A mail with a link to choose another
        password is on its way to you.</p>
    <//>`;
  }
  return html`<${Page} title="Take the change back" intro="The account gets its earlier address again. Its password ends, and everybody is logged out.">
    <${Note} problem=${undo.problem} />
    <${Button} kind="danger" busy=${undo.busy} onClick=${() => undo.run()}>Take it back<//>
  <//>`;
}

/** The link stays in memory meanwhile. */
function LogInFirst({ title, page, children }) {
  return html`<${Page} title=${title}>
    <p>${children}</p>
    <${ButtonLink} kind="primary" href="#/login?back=${encodeURIComponent(`/link/${page}`)}">Log in<//>
  <//>`;
}
