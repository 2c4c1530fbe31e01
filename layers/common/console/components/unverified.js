/** Reminds of an address that is not verified, and sends the link again. */
import { request } from "../api.js";
import { html } from "../html.js";
import { reload } from "../session.js";
import { useTask } from "../tasks.js";
import { Button } from "./button.js";
import { Text } from "./text.js";
import { toast } from "./toast.js";

export function Unverified({ session }) {
  const again = useTask(async () => {
    try {
      const { status } = await request("POST", "account/email-verification");
      await (status === 204 ? reload() : toast("A link is on its way. It is valid for 30 minutes."));
    } catch (problem) {
      toast(problem);
    }
  });
  if (!session.account || session.account.verified) {
    return null;
  }
  return html`<aside class="reminder" aria-label="Your address">
    <p>Confirm that <${Text} value=${session.account.email} /> is yours, with the link in the mail. Until then you cannot invite
      anybody, and a forgotten password may cost you the account.</p>
    <${Button} busy=${again.busy} onClick=${() => again.run()}>Send again<//>
  </aside>`;
}
