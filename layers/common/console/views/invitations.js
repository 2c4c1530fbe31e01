/** Invitations to the organization: who was asked to join, and has not answered. */
import { segment, request } from "../api.js";
import { useForm } from "../forms.js";
import { html, useState } from "../html.js";
import { usePages } from "../paging.js";
import { useTask } from "../tasks.js";
import { Button } from "../components/button.js";
import { Confirm } from "../components/dialog.js";
import { Select } from "../components/choices.js";
import { Field, Form } from "../components/field.js";
import { Page, Section } from "../components/page.js";
import { Empty, Note } from "../components/states.js";
import { Table } from "../components/table.js";
import { Text } from "../components/text.js";
import { Time } from "../components/time.js";
import { toast } from "../components/toast.js";

const INTRO = "Whoever is invited gets a mail with a link, which works for seven days.";
const ROLES = ["viewer", "editor", "admin"].map((value) => ({ value, label: value })); // an owner becomes one later, if at all
const STATES = { pending: "good", expired: "warn" };

export default function InvitationsView({ session }) {
  const path = `${session.base}/invitations`;
  const { data, reload, state, pager } = usePages(path);
  const [revoked, setRevoked] = useState(null);
  const resend = useTask(async (invitation) => {
    try {
      await request("POST", `${path}/${segment(invitation.id)}/resend`);
    } catch (problem) {
      toast(problem);
      throw problem;
    }
    toast(html`<${Text} value=${invitation.email} /> gets another link. The earlier one is dead.`);
    reload();
  });
  const revoke = useTask(async () => {
    await request("DELETE", `${path}/${segment(revoked.id)}`);
    toast("The invitation is revoked.");
    setRevoked(null);
    reload();
  });
  const empty = html`<${Empty} title="Nobody is invited"><p>Invite somebody below.</p><//>`;
  return html`<${Page} title="Invitations" intro=${INTRO}>
    ${state}
    ${data && html`<${Table} label="Invitations" rows=${data.invitations} keyOf=${({ id }) => id} columns=${columns(resend, setRevoked)} empty=${empty} />`}
    ${pager}
    <${Invite} path=${path} onInvited=${reload} />
    ${revoked && html`<${Confirm} title="Revoke the invitation?" action="Revoke" busy=${revoke.busy} problem=${revoke.problem}
      onConfirm=${() => revoke.run()} onClose=${() => setRevoked(null)}>
      <p>The link that <${Text} class="typed" value=${revoked.email} /> has got is dead from now on.</p>
    <//>`}
  <//>`;
}

function Invite({ path, onInvited }) {
  const form = useForm({ email: "", role: "editor" });
  const invite = useTask(async () => {
    const { data } = await request("POST", path, { body: form.values });
    toast(html`<${Text} value=${data.email} /> is invited.`);
    form.change("email", "");
    onInvited();
  });
  return html`<${Section} title="Invite somebody">
    <${Form} onSubmit=${() => invite.run()}>
      <${Field} label="Address" type="email" required autocomplete="off" spellcheck=${false} autocapitalize="off" ...${form.bind("email", invite.problem)} />
      <${Select} label="Role" options=${ROLES} ...${form.bind("role", invite.problem)} />
      <${Note} problem=${invite.problem} />
      <div class="actions"><${Button} kind="primary" type="submit" busy=${invite.busy}>Invite<//></div>
    <//>
  <//>`;
}

function columns(resend, revoke) {
  return [
    { key: "email", title: "Address", show: ({ email }) => html`<${Text} value=${email} />` },
    { key: "role", title: "Role", show: ({ role }) => html`<span class="badge">${role}</span>` },
    { key: "state", title: "State", show: ({ state }) => html`<span class="badge ${STATES[state] ?? ""}">${state}</span>` },
    { key: "expires", title: "Expires", show: ({ expires_at }) => html`<${Time} value=${expires_at} />` },
    { key: "actions", title: html`<span class="sr">Actions</span>`, show: (invitation) => ["pending", "expired"].includes(invitation.state) && html`<div class="actions">
      <${Button} aria-label="Resend to ${invitation.email}" onClick=${() => resend.run(invitation)}>Resend<//>
      <${Button} aria-label="Revoke the invitation of ${invitation.email}" onClick=${() => revoke(invitation)}>Revoke<//>
    </div>` },
  ];
}
