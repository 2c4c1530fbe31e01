/** API keys of the organization, with which programs reach it. */
import { segment, request } from "../api.js";
import { html, useState } from "../html.js";
import { useLoad, useTask } from "../tasks.js";
import { Button } from "../components/button.js";
import { Confirm } from "../components/dialog.js";
import { Page } from "../components/page.js";
import { Empty, LoadState } from "../components/states.js";
import { Table } from "../components/table.js";
import { Text } from "../components/text.js";
import { Time } from "../components/time.js";
import { toast } from "../components/toast.js";
import { CreateKey } from "./keys/create.js";
import { Rotation } from "./keys/rotation.js";
import { ShownKey } from "./keys/shown.js";

const INTRO = "A program sends one where a person's browser sends a token. It belongs to the organization, whoever has made it.";

export default function KeysView({ session }) {
  const path = `${session.base}/keys`;
  const { data, problem, reload } = useLoad(async (signal) => (await request("GET", path, { signal })).data.keys, [path]);
  const [shown, setShown] = useState(null);
  const [asked, setAsked] = useState(null);
  const show = (made) => {
    setAsked(null);
    setShown(made);
    reload();
  };
  const rotated = asked?.what === "rotate" && data?.find(({ id }) => id === asked.id);
  const empty = html`<${Empty} title="There are no API keys"><p>Create one below.</p><//>`;
  return html`<${Page} title="API keys" intro=${INTRO}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="API keys" rows=${data} keyOf=${({ id }) => id} columns=${columns(setAsked)} empty=${empty} />`}
    <${CreateKey} path=${path} onMade=${show} />
    ${shown && html`<${ShownKey} made=${shown} onClose=${() => setShown(null)} />`}
    ${rotated && html`<${Rotation} path="${path}/${segment(rotated.id)}/secrets" apiKey=${rotated} onMade=${show} onChange=${reload} onClose=${() => setAsked(null)} />`}
    ${asked?.what === "revoke" && html`<${Revoke} path="${path}/${segment(asked.id)}" name=${asked.name} onClose=${() => setAsked(null)} onDone=${reload} />`}
  <//>`;
}

function Revoke({ path, name, onClose, onDone }) {
  const revoke = useTask(async () => {
    try {
      await request("DELETE", path);
    } catch (problem) {
      if (problem.code !== "key-not-found") {
        throw problem; // what is not there needs no end
      }
    }
    toast(html`The key <${Text} value=${name} /> is revoked.`);
    onClose();
    onDone();
  });
  return html`<${Confirm} title="Revoke the key?" action="Revoke" busy=${revoke.busy} problem=${revoke.problem} onConfirm=${() => revoke.run()} onClose=${onClose}>
    <p>Programs that use <${Text} class="typed" value=${name} /> are refused from their next request on. It cannot be brought back.</p>
  <//>`;
}

function columns(ask) {
  return [
    { key: "name", title: "Name", show: ({ name }) => html`<${Text} value=${name} />` },
    { key: "scopes", title: "Scopes", show: ({ scopes }) => html`<span class="badges">${scopes.map((scope) => html`<span class="badge" key=${scope}>${scope}</span>`)}</span>` },
    { key: "state", title: "State", show: ({ state, secrets }) => html`<span class="badges"><span class="badge ${state === "active" ? "good" : "warn"}">${state}</span>
      ${secrets.length > 1 && html`<span class="badge">two secrets</span>`}</span>` },
    { key: "rate", title: "A minute", class: "number", show: ({ requests_per_minute: rate }) => rate?.toLocaleString() ?? html`<span class="quiet">–</span>` },
    { key: "expires", title: "Expires", show: ({ expires_at }) => html`<${Time} value=${expires_at} />` },
    { key: "used", title: "Last used", show: ({ secrets }) => html`<${Time} value=${lastUse(secrets)} />` },
    { key: "actions", title: html`<span class="sr">Actions</span>`, show: ({ id, name, state }) => html`<div class="actions">
      ${state === "active" && html`<${Button} aria-label="Secrets of ${name}" onClick=${() => ask({ what: "rotate", id })}>Secrets<//>`}
      <${Button} aria-label="Revoke ${name}" onClick=${() => ask({ what: "revoke", id, name })}>Revoke<//></div>` },
  ];
}

function lastUse(secrets) {
  return secrets.map(({ last_used_at }) => last_used_at ?? "").sort().at(-1);
}
