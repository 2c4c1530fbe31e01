/** Receipts of what was erased for good, which the browser verifies. */
import { request } from "../../api.js";
import { withFields } from "../../field-problems.js";
import { html, useState } from "../../html.js";
import { navigate, hrefOf } from "../../router.js";
import { useLoad } from "../../tasks.js";
import { bytes, count } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Page } from "../../components/page.js";
import { Pager } from "../../components/pager.js";
import { Empty, LoadState } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { Time } from "../../components/time.js";
import { OrganizationSearch } from "./parts.js";
import { Commands, Outcome, outcomeOf } from "./receipts/outcome.js";
import { Receipt } from "./receipts/receipt.js";
import { Shown } from "./receipts/shown.js";

const LIMIT = 50;
const HINT = "Its id; name and slug are forgotten.";
const INTRO = "What was erased of deleted organizations, the latest first. This browser verifies each signature.";

export default function ReceiptsView({ route }) {
  const { organization, cursor } = route.query;
  const [chosen, setChosen] = useState(null);
  const { data, problem, busy, reload } = useLoad((signal) => read({ organization, cursor, limit: LIMIT }, signal), [organization, cursor]);
  const show = (query) => navigate("/receipts", query);
  return html`<${Page} title="Receipts" intro=${INTRO}>
    <${OrganizationSearch} key=${organization} organization=${organization} hint=${HINT} onShow=${(wanted) => show({ organization: wanted })} />
    <${LoadState} ...${{ data, problem: problem && withFields(problem), reload }} />
    ${data && html`<${Table} label="Receipts" columns=${columnsOf(setChosen)} rows=${data.receipts} keyOf=${({ id }) => id}
        empty=${html`<${Empty} title="There is none" />`} />
      <${Pager} next=${data.next_cursor} previous=${cursor !== undefined} busy=${busy}
        onNext=${(next) => show({ organization, cursor: next })} onFirst=${() => show({ organization })} />
      <${Commands} outcomes=${data.receipts.map(({ outcome }) => outcome)} />
      <${Shown} keys=${data.keys} />`}
    ${chosen && html`<${Receipt} receipt=${chosen} keys=${data.keys} onClose=${() => setChosen(null)} />`}
  <//>`;
}

async function read(query, signal) {
  const { data } = await request("GET", "operator/receipts", { query, signal });
  const receipts = data.receipts.map(async (receipt) => ({ ...receipt, outcome: await outcomeOf(receipt, data.keys) }));
  return { ...data, receipts: await Promise.all(receipts) };
}

function columnsOf(onShow) {
  return [
    { key: "organization", title: "Organization", show: ({ organization_id: id }) => html`<a href=${hrefOf("/audit", { organization: id })}><${Text} class="mono" value=${id} /></a>` },
    { key: "signature", title: "Signature", show: ({ outcome }) => html`<${Outcome} ...${outcome} />` },
    { key: "documents", title: "Documents", class: "number", show: ({ documents }) => count(documents) },
    { key: "bytes", title: "Size", class: "number", show: (receipt) => bytes(receipt.bytes) },
    { key: "place", title: "Place", show: ({ cluster, kind }) => html`<${Text} value=${cluster} />${kind === "pooled" ? ", pooled" : ""}` },
    { key: "deleted_at", title: "Deleted", show: ({ deleted_at: at }) => html`<${Time} value=${at} />` },
    { key: "erased_at", title: "Erased", show: ({ erased_at: at }) => html`<${Time} value=${at} />` },
    { key: "by", title: "Decided by", show: ({ decided_by: by }) => html`<${Text} value=${by.id ?? by.type} />` },
    { key: "show", title: html`<span class="sr">What to do</span>`, show: (receipt) => html`<div class="actions">
      <${Button} aria-label="Show ${receipt.id}" onClick=${() => onShow(receipt)}>Show<//></div>` },
  ];
}
