/** One organization: what there is of it, and what the operator decides about it. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { usePoll } from "../../polling.js";
import { hrefOf } from "../../router.js";
import { useTask } from "../../tasks.js";
import { bytes, count } from "../../texts.js";
import { Bar } from "../../components/bar.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Facts } from "../../components/facts.js";
import { Page, Section } from "../../components/page.js";
import { LoadState, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";
import { toast } from "../../components/toast.js";
import { Configuration } from "./configuration.js";
import { Keys } from "./keys.js";
import { MoveOf } from "./move.js";
import { Badges } from "./parts.js";
import { reading } from "./reading.js";

const SECONDS = 5;

/** @param {{id: string}} properties */
export function Organization({ id }) {
  const path = `operator/organizations/${encodeURIComponent(id)}`;
  const { data, problem, reload } = usePoll((signal) => request("GET", path, { text: true, signal }).then(read), [id], SECONDS);
  const name = data?.organization.name ?? id;
  return html`<${Page} title=${html`<${Text} value=${name} />`} name=${name}
      actions=${html`<${ButtonLink} href=${hrefOf("/audit", { organization: id })}>Audit<//>
        <${ButtonLink} href="#/organizations">All organizations<//>`}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Overview} organization=${data.organization} />
      <${Limits} organization=${data.organization} />
      <${Owners} organization=${data.organization} />
      <${Keys} path=${path} />
      <${MoveOf} organization=${data.organization} reload=${reload} />
      <${Configuration} key=${data.organization.version} data=${data} path=${path} reload=${reload} />
      <${Suspension} organization=${data.organization} path=${path} reload=${reload} />`}
  <//>`;
}

function read({ data, etag }) {
  return { text: data, organization: JSON.parse(data), etag };
}

function Overview({ organization }) {
  const { place, usage } = organization;
  return html`<${Section} title="Organization">
    <${Facts} facts=${[
      ["State", html`<${Badges} ...${organization} />`],
      ["Slug", html`<code>${organization.slug}</code>`],
      ["Id", html`<code>${organization.id}</code>`],
      ["Plan", organization.plan],
      ["Place", `${place.cluster}${place.kind === "pooled" ? ", pooled" : ""}`],
      ["Collection", html`<code>${place.collection}</code>`],
      ["Documents", count(usage?.documents)],
      ["Size", bytes(usage?.bytes)],
      ["Measured", html`<${Time} value=${usage?.measured_at} />`],
      ["Indexes", count(organization.indexes)],
      ["Members", count(organization.members)],
      ["Sessions", count(organization.sessions)],
      ["Last used", html`<${Time} value=${organization.last_used_at} />`],
      ["Created", html`<${Time} value=${organization.created_at} />`],
      ["Changed", html`<${Time} value=${organization.updated_at} />`],
      ["Suspended", html`<${Time} value=${organization.suspended_at} />`],
    ]} />
    ${organization.intent && html`<${Note}>It is being changed to <${Text} value=${organization.intent.name} />
      (<code>${organization.intent.slug}</code>) since <${Time} value=${organization.intent.since} />.<//>`}
  <//>`;
}

function Limits({ organization }) {
  const limits = organization.effective_limits;
  const use = { members: organization.members, indexes: organization.indexes, ...organization.usage };
  const shown = ["members", "documents", "bytes", "indexes"].filter((name) => use[name] !== undefined);
  return html`<${Section} title="Use and limits"><div class="tiles">${shown.map(
    (name) => html`<${Bar} key=${name} label=${name} use=${use[name]} limit=${limits[name] ?? null} show=${name === "bytes" ? bytes : count} />`,
  )}</div>
  ${limits.requests_per_minute !== undefined && html`<p>${count(limits.requests_per_minute)} requests a minute</p>`}<//>`;
}

function Owners({ organization }) {
  const [owners, setOwners] = useState(null);
  const look = useTask(async () => {
    setOwners((await reading("operator/addresses/owners", { organization: organization.id })()).owners);
  });
  const columns = [
    { key: "id", title: "Account", show: ({ account_id }) => html`<code>${account_id}</code>` },
    { key: "since", title: "Since", show: ({ since }) => html`<${Time} value=${since} />` },
    { key: "email", title: "Address", show: ({ email }) => (email ? html`<${Text} value=${email} />` : "–") },
    { key: "verified", title: "Confirmed", show: ({ verified }) => (verified === undefined ? "–" : verified ? "yes" : "no") },
  ];
  const rows = owners ?? organization.owners.map((account_id) => ({ account_id }));
  return html`<${Section} title="Owners" intro="Whoever reads the addresses is recorded, and admins see that in their audit record.">
    <${Table} label="Owners" columns=${columns} rows=${rows} keyOf=${({ account_id }) => account_id} />
    <${Note} problem=${look.problem} />
    ${!owners && html`<div class="actions"><${Button} busy=${look.busy} onClick=${() => look.run()}>Read the addresses<//></div>`}
  <//>`;
}

const SUSPEND = {
  label: "Suspend",
  method: "PUT",
  intro: "All its tokens are dead at once, and nobody logs in. The data stay.",
  effect: "Its members and programs are refused from now on, in the middle of their work.",
  done: "The organization is suspended.",
  overtaken: "It has been suspended by somebody else in the meantime.",
};
const REACTIVATE = {
  label: "Reactivate",
  method: "DELETE",
  intro: "Nobody logs in, and no token works. The data stay.",
  effect: "Members may log in again from now on.",
  done: "The organization goes on. Its members log in again.",
  overtaken: "It has been reactivated by somebody else in the meantime.",
};

/** The dialog does what it said when it was opened, whatever becomes of the organization meanwhile. */
function Suspension({ organization, path, reload }) {
  const [chosen, setChosen] = useState(null);
  const change = useTask(async () => {
    await request(chosen.method, `${path}/suspension`);
    toast(chosen.done);
    setChosen(null);
    reload();
  });
  const possible = organization.suspended_at === null ? SUSPEND : REACTIVATE;
  const isDangerous = possible === SUSPEND;
  return html`<${Section} title="Suspension" danger=${isDangerous} intro=${possible.intro}>
    <div class="actions"><${Button} kind=${isDangerous ? "danger" : "primary"} onClick=${() => setChosen(possible)}>${possible.label}<//></div>
    ${chosen && html`<${Confirm} title="${chosen.label} ${organization.slug}?" action=${chosen.label} name=${chosen === SUSPEND ? organization.slug : undefined}
      busy=${change.busy} problem=${change.problem} onConfirm=${() => change.run()} onClose=${() => setChosen(null)}>
      <p>${chosen.effect}</p>
      <${Note}>${chosen !== possible && !change.busy && chosen.overtaken}<//><//>`}
  <//>`;
}
