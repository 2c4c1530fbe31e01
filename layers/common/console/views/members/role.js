/** Another role for a member. */
import { segment, request } from "../../api.js";
import { html, useState } from "../../html.js";
import { reload as reloadSession } from "../../session.js";
import { useTask } from "../../tasks.js";
import { ROLES, suffices } from "../../views.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Select } from "../../components/choices.js";
import { Form } from "../../components/field.js";
import { Note } from "../../components/states.js";
import { Text } from "../../components/text.js";
import { toast } from "../../components/toast.js";

export function ChangeRole({ session, member, onClose, onDone }) {
  const [role, setRole] = useState(member.role);
  const change = useTask(async () => {
    await request("PATCH", `${session.base}/members/${segment(member.id)}`, { body: { role } });
    toast(html`<${Text} value=${member.email} /> has the role ${role}.`);
    if (member.account_id === session.account.id) {
      await reloadSession();
    }
    onDone();
  });
  const options = ROLES.filter((value) => suffices(session.role, value)).map((value) => ({ value, label: value }));
  return html`<${Dialog} title="Change the role" onClose=${onClose}>
    <${Form} onSubmit=${() => change.run()}>
      <${Select} label=${html`Role of <${Text} value=${member.email} />`} value=${role} options=${options} onInput=${setRole} />
      <p class="hint">It counts from the next request on. Nobody gives a higher role than the own one.</p>
      <${Note} problem=${change.problem} />
      <div class="actions">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${change.busy} disabled=${role === member.role}>Change<//>
      </div>
    <//>
  <//>`;
}
