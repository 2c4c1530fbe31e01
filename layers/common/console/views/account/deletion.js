/** The end of the account. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { end } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Section } from "../../components/page.js";
import { Text } from "../../components/text.js";

export function DeleteAccount({ session }) {
  const [isOpen, setIsOpen] = useState(false);
  const remove = useTask(async () => {
    await request("DELETE", "account");
    end("account");
  });
  const owned = remove.problem?.code === "sole-owner" ? remove.problem.data.organizations : null;
  const open = () => {
    remove.clear();
    setIsOpen(true);
  };
  return html`<${Section} title="Delete the account" danger
    intro="Your organizations stay, without you. Those that nobody else owns have to be deleted or given to somebody first.">
    <div class="actions"><${Button} kind="danger" onClick=${open}>Delete the account<//></div>
    ${isOpen &&
    html`<${Confirm} title="Delete this account?" name=${session.account.email} action="Delete the account" busy=${remove.busy}
      problem=${owned ? null : remove.problem} onConfirm=${() => remove.run()} onClose=${() => setIsOpen(false)}>
      <p>It is gone at once, with all its sessions, and cannot be brought back.</p>
      ${owned && html`<div class="note bad" role="alert"><p>You are the only owner of these. Give them another owner, or delete them, first:</p>
        <ul class="list">${owned.map((organization) => html`<li key=${organization.id}><${Text} value=${organization.name} /> (${organization.slug})</li>`)}</ul></div>`}
    <//>`}
  <//>`;
}
