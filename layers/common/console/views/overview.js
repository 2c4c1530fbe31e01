/** What there is about the organization at a glance. */
import { request } from "../api.js";
import { html } from "../html.js";
import { useLoad } from "../tasks.js";
import { Page, Section } from "../components/page.js";
import { Failed, Loading } from "../components/states.js";
import { Text } from "../components/text.js";
import { Time } from "../components/time.js";

export default function OverviewView({ session }) {
  const { data, problem, reload } = useLoad(async (signal) => (await request("GET", session.base, { signal })).data, [session.base]);
  const name = session.organization.name;
  return html`<${Page} title=${html`<${Text} value=${name} />`} name=${name}>
    ${problem && html`<${Failed} problem=${problem} retry=${reload} />`}
    ${!data && !problem && html`<${Loading} />`}
    ${data && html`<${Facts} organization=${data} />`}
  <//>`;
}

function Facts({ organization }) {
  return html`<${Section} title="Organization">
    <dl class="facts">
      <div><dt>Slug</dt><dd><code>${organization.slug}</code></dd></div>
      <div><dt>Id</dt><dd><code>${organization.id}</code></dd></div>
      <div><dt>Collection</dt><dd><code>${organization.collection}</code></dd></div>
      <div><dt>State</dt><dd>${organization.state}</dd></div>
      <div><dt>Created</dt><dd><${Time} value=${organization.created_at} /></dd></div>
      <div><dt>Changed</dt><dd><${Time} value=${organization.updated_at} /></dd></div>
    </dl>
  <//>`;
}
