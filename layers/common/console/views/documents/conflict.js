/** Two versions of a document beside each other: what was sent, and what is stored. */
import { html, useEffect, useMemo } from "../../html.js";
import { askBeforeLeaving } from "../../router.js";
import { Button } from "../../components/button.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { compare, folded } from "../../documents/differences.js";
import { parse } from "../../documents/json.js";

const BESIDE = 3; // lines that are the same, on either side of one that differs
const MAX_ROWS = 1000;
const MAX_LINE = 500; // characters that are shown of it
const BEFORE = 50; // of them, those before a difference

export function Conflict({ conflict, busy, problem, onOverwrite, onTakeStored, onEdit }) {
  const { text, stored } = conflict;
  useEffect(() => {
    askBeforeLeaving(() => true);
    return () => askBeforeLeaving(() => false);
  }, []);
  return html`<${Section} title=${stored ? "Somebody else has changed it" : "Somebody else has deleted it"}
    intro="Nothing of yours is saved yet. Choose what is to stay.">
    ${stored && html`<${Comparison} sent=${text} stored=${stored.text} />`}
    <${Note} problem=${problem} />
    <div class="actions">
      <${Button} onClick=${onTakeStored}>${stored ? "Take theirs" : "Leave it deleted"}<//>
      <${Button} onClick=${onEdit}>Edit yours<//>
      <${Button} kind="danger" busy=${busy} onClick=${onOverwrite}>${stored ? "Overwrite theirs" : "Create it again"}<//>
    </div>
  <//>`;
}

function Comparison({ sent, stored }) {
  const rows = useMemo(() => folded(compare(parse(sent), parse(stored)), BESIDE), [sent, stored]);
  return html`<div class="scroll" role="region" aria-label="Both versions" tabindex="0"><table class="comparison">
    <thead><tr><th scope="col">Yours, as you sent it</th><th scope="col">Theirs, as it is now</th></tr></thead>
    <tbody>${rows.slice(0, MAX_ROWS).map((row, position) => html`<${Row} key=${position} row=${row} />`)}</tbody>
  </table></div>
  ${rows.length > MAX_ROWS && html`<p class="quiet">There are more differences than fit here.</p>`}`;
}

function Row({ row }) {
  if (row.omitted) {
    const lines = `${row.omitted.toLocaleString()} ${row.omitted === 1 ? "line is" : "lines are"} the same`;
    return html`<tr class="omitted"><td colspan="2">${lines}</td></tr>`;
  }
  const { sent, stored, differs } = row;
  const start = differs && sent !== null && stored !== null ? startOf(sent, stored) : 0;
  return html`<tr><td><${Line} ...${{ line: sent, differs, start }} /></td><td><${Line} ...${{ line: stored, differs, start }} /></td></tr>`;
}

/** Return where two lines are shown from, so that the place where they differ is seen. */
function startOf(line, other) {
  let same = 0;
  while (same < line.length && line[same] === other[same]) same += 1;
  return same < MAX_LINE - BEFORE ? 0 : same - BEFORE;
}

function Line({ line, differs, start }) {
  if (line === null) {
    return null;
  }
  const end = start + MAX_LINE;
  const shown = `${start ? "…" : ""}${line.slice(start, end)}${line.length > end ? "…" : ""}`;
  return html`<bdi>${differs ? html`<mark>${shown}</mark>` : shown}</bdi>`;
}
