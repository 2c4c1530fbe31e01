/** What there is about the organization at a glance. */
import { request } from "../api.js";
import { html } from "../html.js";
import { useLoad } from "../tasks.js";
import { bytes } from "../texts.js";
import { suffices } from "../views.js";
import { Bar } from "../components/bar.js";
import { ButtonLink } from "../components/button.js";
import { Facts } from "../components/facts.js";
import { Page, Section } from "../components/page.js";
import { LoadState } from "../components/states.js";
import { Text } from "../components/text.js";
import { Time } from "../components/time.js";

const LIMITS = [
  ["documents", "Documents"],
  ["bytes", "Storage", bytes],
  ["members", "Members"],
  ["pending_invitations", "Pending invitations"],
  ["indexes", "Indexes"],
];

export default function OverviewView({ session }) {
  const { data, problem, reload } = useLoad(async (signal) => (await request("GET", session.base, { signal })).data, [session.base]);
  const name = session.organization.name;
  return html`<${Page} title=${html`<${Text} value=${name} />`} name=${name}
    actions=${suffices(session.role, "admin") && html`<${ButtonLink} href="#/settings">Settings<//>`}>
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Organization} organization=${data} />`}
    ${suffices(session.role, "admin") && html`<${Use} base=${session.base} />`}
  <//>`;
}

function Organization({ organization }) {
  return html`<${Section} title="Organization">
    <${Facts} facts=${[
      ["Slug", html`<code>${organization.slug}</code>`],
      ["Collection", html`<code>${organization.collection}</code>`],
      ["State", html`<span class="badge ${organization.state === "active" ? "good" : "warn"}">${organization.state}</span>`],
      ["Created", html`<${Time} value=${organization.created_at} />`],
      ["Changed", html`<${Time} value=${organization.updated_at} />`],
      ["Id", html`<code>${organization.id}</code>`],
    ]} />
  <//>`;
}

function Use({ base }) {
  const path = `${base}/usage`;
  const { data, problem, reload } = useLoad(async (signal) => (await request("GET", path, { signal })).data, [path]);
  return html`<${Section} title="Use of limits">
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<div class="tiles">${LIMITS.map(
      ([limit, label, show]) => html`<${Bar} key=${limit} label=${label} show=${show} ...${data.limits[limit]} />`,
    )}</div>
    <p class="hint">${data.requests.toLocaleString()} requests in ${data.month}${
      data.requests_per_minute === null ? "" : `, of which ${data.requests_per_minute.toLocaleString()} a minute may come`
    }. Documents and storage are counted every few minutes.</p>`}
  <//>`;
}
