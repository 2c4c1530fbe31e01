/** All records as a file for spreadsheets, which the page makes. */
import { request } from "../../api.js";
import { download } from "../../download.js";
import { html, useEffect, useRef, useState } from "../../html.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { csv } from "./records.js";

const PAGE_LIMIT = 1000;

/** @param {{path: string, query: Record<string, string>, name: string, columns: object[]}} properties As of `AuditList`. */
export function ExportAudit({ path, query, name, columns }) {
  const [text, setText] = useState("");
  const controller = useRef(null);
  useEffect(() => () => controller.current?.abort(), []);
  const task = useTask(async () => {
    controller.current = new AbortController();
    const { signal } = controller.current;
    const parts = [];
    let count = 0;
    for (let cursor = null; parts.length === 0 || cursor !== null; ) {
      const { data } = await request("GET", path, { query: { ...query, limit: PAGE_LIMIT, cursor }, signal });
      parts.push(csv(data.records, { heading: parts.length === 0, columns }));
      count += data.records.length;
      cursor = data.next_cursor;
      setText(`${count.toLocaleString()} records read.`);
    }
    download(`${name}.csv`, new Blob(parts, { type: "text/csv" }));
    setText(`${count.toLocaleString()} records exported.`);
  });
  return html`<${Section} title="Export" intro="All records as CSV, for spreadsheets. Those of the last moments may be missing.">
    <p role="status">${text}</p>
    <${Note} problem=${task.problem?.name === "AbortError" ? null : task.problem} />
    <div class="actions"><${Button} busy=${task.busy} onClick=${() => task.run()}>Export as CSV<//>
      ${task.busy && html`<${Button} onClick=${() => controller.current.abort()}>Cancel<//>`}</div>
  <//>`;
}
