/** Where the account is logged in. */
import { segment, request } from "../api.js";
import { html, useState } from "../html.js";
import { end } from "../session.js";
import { useLoad, useTask } from "../tasks.js";
import { Button } from "../components/button.js";
import { Confirm } from "../components/dialog.js";
import { Page } from "../components/page.js";
import { LoadState } from "../components/states.js";
import { Table } from "../components/table.js";
import { Text } from "../components/text.js";
import { Time } from "../components/time.js";
import { toast } from "../components/toast.js";
import { LogOutEverywhere } from "./account/password.js";

const INTRO = "Each login is a session. End one that is not yours, and change your password then.";

export default function SessionsView() {
  const { data, problem, reload } = useLoad(
    async (signal) => (await request("GET", "account/sessions", { signal })).data.sessions,
    [],
  );
  const [ended, setEnded] = useState(null);
  const finish = useTask(async () => {
    try {
      await request("DELETE", `account/sessions/${segment(ended.id)}`);
    } catch (refused) {
      if (refused.code !== "session-not-found") {
        throw refused; // what has ended need not end
      }
    }
    if (ended.current) {
      return end();
    }
    toast("The session has ended. Its access token is refused from now on.");
    setEnded(null);
    reload();
  });
  return html`<${Page} title="Sessions" intro=${INTRO}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Sessions" rows=${data} keyOf=${({ id }) => id} columns=${columns(setEnded)} />`}
    <${LogOutEverywhere} />
    ${ended && html`<${Confirm} title=${ended.current ? "End this session?" : "End the session?"} action="End it" busy=${finish.busy}
      problem=${finish.problem} onConfirm=${() => finish.run()} onClose=${() => setEnded(null)}>
      <p>${ended.current ? "It is the one that you are in: you are logged out." : "Whoever uses it is logged out at once."}</p>
    <//>`}
  <//>`;
}

function columns(finish) {
  return [
    { key: "agent", title: "Program", show: ({ user_agent, current }) => html`<${Text} value=${user_agent ?? "unknown"} />
      ${current && html` <span class="badge good">this one</span>`}` },
    { key: "from", title: "From", show: ({ source_address }) => html`<${Text} class="mono" value=${source_address ?? "unknown"} />` },
    { key: "organization", title: "Organization", show: ({ organization }) => organization ? html`<${Text} value=${organization.name} />` : html`<span class="quiet">none</span>` },
    { key: "started", title: "Logged in", show: ({ started_at }) => html`<${Time} value=${started_at} />` },
    { key: "used", title: "Last used", show: ({ last_used_at }) => html`<${Time} value=${last_used_at} />` },
    { key: "actions", title: html`<span class="sr">Actions</span>`, show: (session) => html`<div class="actions">
      <${Button} aria-label="End the session from ${session.source_address ?? "an unknown address"}" onClick=${() => finish(session)}>End<//></div>` },
  ];
}
