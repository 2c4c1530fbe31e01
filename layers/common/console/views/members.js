/** Who belongs to the organization, and what each may do. */
import { request } from "../api.js";
import { html, useState } from "../html.js";
import { usePages } from "../paging.js";
import { useLoad } from "../tasks.js";
import { suffices } from "../views.js";
import { Button, ButtonLink } from "../components/button.js";
import { Page } from "../components/page.js";
import { Table } from "../components/table.js";
import { Text } from "../components/text.js";
import { Time } from "../components/time.js";
import { Ownership } from "./members/ownership.js";
import { RemoveMember } from "./members/remove.js";
import { ChangeRole } from "./members/role.js";

const INTRO = "Viewers read documents, editors write them, admins also manage indexes, members and keys, and owners all else.";

export default function MembersView({ session }) {
  const { data, reload, state, pager } = usePages(`${session.base}/members`);
  const transfer = useLoad((signal) => readTransfer(session.base, signal), [session.base]);
  const [asked, setAsked] = useState(null);
  const close = () => setAsked(null);
  const done = () => {
    close();
    reload();
    transfer.reload();
  };
  const invite = suffices(session.role, "admin") && html`<${ButtonLink} kind="primary" href="#/invitations">Invite<//>`;
  const dialog = asked && { member: asked.member, session, onClose: close, onDone: done };
  return html`<${Page} title="Members" intro=${INTRO} actions=${invite}>
    ${state}
    ${data && html`<${Table} label="Members" rows=${data.members} keyOf=${({ id }) => id} columns=${columns(session, setAsked)} />`}
    ${pager}
    ${data && html`<${Ownership} session=${session} members=${data.members} transfer=${transfer} onDone=${done} />`}
    ${asked?.what === "role" && html`<${ChangeRole} ...${dialog} />`}
    ${asked?.what === "remove" && html`<${RemoveMember} ...${dialog} />`}
  <//>`;
}

/** Return the offer of ownership that concerns the caller; null if there is none. */
async function readTransfer(base, signal) {
  try {
    return (await request("GET", `${base}/ownership-transfer`, { signal })).data;
  } catch (problem) {
    if (problem.code === "transfer-not-found") {
      return null;
    }
    throw problem;
  }
}

function columns(session, ask) {
  const isOwn = (member) => member.account_id === session.account.id;
  const mayChange = (member) => suffices(session.role, "admin") && suffices(session.role, member.role);
  return [
    { key: "email", title: "Address", show: (member) => html`<${Text} value=${member.email} /> <span class="badges">
      ${isOwn(member) && html`<span class="badge">you</span>`} ${!member.verified && html`<span class="badge warn">not confirmed</span>`}</span>` },
    { key: "role", title: "Role", show: ({ role }) => html`<span class="badge">${role}</span>` },
    { key: "joined", title: "Joined", show: ({ joined_at }) => html`<${Time} value=${joined_at} />` },
    { key: "actions", title: html`<span class="sr">Actions</span>`, show: (member) => html`<div class="actions">
      ${mayChange(member) && html`<${Button} aria-label="Change role of ${member.email}" onClick=${() => ask({ what: "role", member })}>Change role<//>`}
      ${(mayChange(member) || isOwn(member)) && html`<${Button} aria-label="${isOwn(member) ? "Leave as" : "Remove"} ${member.email}"
        onClick=${() => ask({ what: "remove", member })}>${isOwn(member) ? "Leave" : "Remove"}<//>`}
    </div>` },
  ];
}
