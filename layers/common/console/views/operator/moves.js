/** Moves that are under way, whoever works on them, and what this console has done. */
import { html } from "../../html.js";
import { usePoll } from "../../polling.js";
import { count, span } from "../../texts.js";
import { Page, Section } from "../../components/page.js";
import { Empty, LoadState } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Work } from "./move.js";
import { OrganizationLink } from "./parts.js";
import { reading } from "./reading.js";

const SECONDS = 2;

export default function MovesView() {
  const { data, problem, reload } = usePoll(readBoth, [], SECONDS);
  return html`<${Page} title="Moves" intro="A move is begun on the page of an organization.">
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Moves" columns=${COLUMNS} rows=${data.moves} keyOf=${({ organization_id: id }) => id}
      empty=${html`<${Empty} title="Nothing is being moved" />`} />`}
    ${data?.works.map((work) => html`<${Section} key=${work.organization} title=${html`<${OrganizationLink} id=${work.organization} />`}>
      <p>${work.cancel ? "Give its move up" : `To ${work.to}`}</p><${Work} work=${work} /><//>`)}
  <//>`;
}

async function readBoth(signal) {
  const [status, local] = await Promise.all([reading("operator/status")(signal), reading("operator/moves")(signal)]);
  return { moves: status.moves, works: local.moves };
}

const COLUMNS = [
  { key: "organization", title: "Organization", show: ({ organization_id: id }) => html`<${OrganizationLink} id=${id} />` },
  { key: "to", title: "To", show: ({ to }) => to },
  { key: "phase", title: "Phase", show: ({ phase }) => phase },
  { key: "documents", title: "Documents", class: "number", show: ({ documents }) => count(documents) },
  { key: "seconds", title: "For", class: "number", show: ({ seconds }) => span(seconds) },
  { key: "idle", title: "Since it came further", class: "number", show: ({ idle_seconds: seconds }) => span(seconds) },
];
