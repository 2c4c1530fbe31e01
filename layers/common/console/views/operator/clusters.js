/** How full clusters are: a chart, and its numbers as a table. */
import { html } from "../../html.js";
import { usePoll } from "../../polling.js";
import { count, visible } from "../../texts.js";
import { levelOf, NEARLY } from "../../components/bar.js";
import { Page, Section } from "../../components/page.js";
import { LoadState } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { reading } from "./reading.js";

const SECONDS = 10;
const ROW = 44;
const WIDTH = 640;

export default function ClustersView() {
  const { data, problem, reload } = usePoll(reading("operator/status"), [], SECONDS);
  return html`<${Page} title="Clusters">
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Section} title="Capacity" intro="Collections and indexes that are reserved, of those that a cluster should have at most. The line is where it is nearly full.">
      <${Chart} clusters=${data.clusters} />
      <${Table} label="Clusters" columns=${COLUMNS} rows=${data.clusters} keyOf=${({ name }) => name} />
    <//>`}
  <//>`;
}

/** The table beside it says the same to those who do not see it. */
function Chart({ clusters }) {
  const height = clusters.length * ROW;
  const nearly = WIDTH * NEARLY;
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="How full each cluster is; the table below has the numbers.">
    ${clusters.map((cluster, position) => html`<${Row} key=${cluster.name} cluster=${cluster} top=${position * ROW} />`)}
    <line class="nearly" x1=${nearly} x2=${nearly} y1="0" y2=${height} />
  </svg>`;
}

function Row({ cluster, top }) {
  const share = shareOf(cluster);
  return html`<g>
    <text x="0" y=${top + 14}>${visible(cluster.name)}</text>
    <text class="share" x=${WIDTH} y=${top + 14} text-anchor="end">${percent(share)}</text>
    <rect class="room" x="0" y=${top + 20} width=${WIDTH} height="12" rx="6" />
    <rect class="taken ${levelOf(share)}" x="0" y=${top + 20} width=${WIDTH * Math.min(share, 1)} height="12" rx="6" />
  </g>`;
}

function shareOf({ namespaces, limit }) {
  return limit ? namespaces / limit : 1;
}

function percent(share) {
  return share.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 });
}

const COLUMNS = [
  { key: "name", title: "Cluster", show: ({ name }) => html`<${Text} value=${name} />` },
  { key: "namespaces", title: "Reserved", class: "number", show: ({ namespaces }) => count(namespaces) },
  { key: "limit", title: "Limit", class: "number", show: ({ limit }) => count(limit) },
  { key: "share", title: "Share", class: "number", show: (cluster) => percent(shareOf(cluster)) },
  { key: "pools", title: "Pools", class: "number", show: ({ pools }) => count(pools) },
  { key: "connections", title: "Connections", class: "number", show: ({ connections }) => count(connections) },
  { key: "error", title: "Server", show: ({ error }) => html`<span class="badge ${error ? "bad" : "good"}">${error ?? "answers"}</span>` },
];
