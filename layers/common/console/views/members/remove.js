/** The end of a membership, that of others or the own. */
import { segment, request } from "../../api.js";
import { html } from "../../html.js";
import { end } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Confirm } from "../../components/dialog.js";
import { Text } from "../../components/text.js";
import { toast } from "../../components/toast.js";

export function RemoveMember({ session, member, onClose, onDone }) {
  const isOwn = member.account_id === session.account.id;
  const remove = useTask(async () => {
    try {
      await request("DELETE", `${session.base}/members/${segment(member.id)}`);
    } catch (problem) {
      if (problem.code !== "member-not-found") {
        throw problem; // whoever is none need not be removed
      }
    }
    if (isOwn) {
      return end(); // the session was in this organization
    }
    toast(html`<${Text} value=${member.email} /> has been removed.`);
    onDone();
  });
  return html`<${Confirm} title=${isOwn ? "Leave the organization?" : "Remove the member?"} action=${isOwn ? "Leave" : "Remove"}
    busy=${remove.busy} problem=${remove.problem} onConfirm=${() => remove.run()} onClose=${onClose}>
    <p>${isOwn ? "You are" : html`<${Text} class="typed" value=${member.email} /> is`} logged out of this organization at once. The account and all documents stay. API keys work on: rotate those that were known.</p>
  <//>`;
}
