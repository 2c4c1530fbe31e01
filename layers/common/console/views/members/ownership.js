/** Ownership, which an owner offers and a member accepts. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { reload as reloadSession } from "../../session.js";
import { useTask } from "../../tasks.js";
import { visible } from "../../texts.js";
import { suffices } from "../../views.js";
import { Button } from "../../components/button.js";
import { Select } from "../../components/choices.js";
import { Form } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { Failed, Note } from "../../components/states.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";
import { toast } from "../../components/toast.js";

const INTRO = "Whoever accepts becomes an owner, and whoever offered it an admin.";

export function Ownership({ session, members, transfer, onDone }) {
  const { data, problem, busy, reload } = transfer;
  if (problem) {
    return html`<${Section} title="Ownership"><${Failed} problem=${problem} retry=${reload} /><//>`;
  }
  if (data) {
    return html`<${Offer} ...${{ session, members, offer: data, onDone }} />`;
  }
  return !busy && suffices(session.role, "owner") && html`<${Give} ...${{ session, members, onDone }} />`;
}

function Offer({ session, members, offer, onDone }) {
  const path = `${session.base}/ownership-transfer`;
  const addressOf = (id) => members.find((member) => member.id === id)?.email ?? id;
  const ownId = members.find((member) => member.account_id === session.account.id)?.id;
  const accept = useTask(async () => {
    await request("POST", `${path}/accept`);
    toast("You are an owner now.");
    await reloadSession();
    onDone();
  });
  const withdraw = useTask(async () => {
    await request("DELETE", path);
    toast("The offer of ownership is withdrawn.");
    onDone();
  });
  return html`<${Section} title="Ownership" intro=${INTRO}>
    <p>Offered by <${Text} value=${addressOf(offer.owner)} /> to <${Text} value=${addressOf(offer.member)} />, until <${Time} value=${offer.expires_at} />.</p>
    <${Note} problem=${accept.problem ?? withdraw.problem} />
    <div class="actions">
      ${ownId === offer.member && html`<${Button} kind="primary" busy=${accept.busy} onClick=${() => accept.run()}>Accept<//>`}
      <${Button} busy=${withdraw.busy} onClick=${() => withdraw.run()}>${ownId === offer.member ? "Decline" : "Withdraw"}<//>
    </div>
  <//>`;
}

function Give({ session, members, onDone }) {
  const candidates = members.filter(({ role, account_id }) => role !== "owner" && account_id !== session.account.id);
  const [member, setMember] = useState("");
  const give = useTask(async () => {
    await request("PUT", `${session.base}/ownership-transfer`, { body: { member } });
    toast("The ownership is offered.");
    onDone();
  });
  if (candidates.length === 0) {
    return null;
  }
  const options = [{ value: "", label: "Choose a member" }, ...candidates.map(({ id, email }) => ({ value: id, label: visible(email) }))];
  return html`<${Section} title="Ownership" intro=${INTRO}>
    <${Form} onSubmit=${() => give.run()}>
      <${Select} label="Offer it to" value=${member} options=${options} onInput=${setMember} />
      <${Note} problem=${give.problem} />
      <div class="actions"><${Button} type="submit" busy=${give.busy} disabled=${!member}>Offer<//></div>
    <//>
  <//>`;
}
