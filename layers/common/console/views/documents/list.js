/** The documents that match a filter, page by page; all that is chosen stands in the address. */
import { html, useState } from "../../html.js";
import { hrefOf, navigate } from "../../router.js";
import { useLoad } from "../../tasks.js";
import { withFields } from "../../field-problems.js";
import { counted } from "../../texts.js";
import { suffices } from "../../views.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Page } from "../../components/page.js";
import { Pager } from "../../components/pager.js";
import { Empty, Failed, Loading } from "../../components/states.js";
import { pageOf } from "../../documents/exporting.js";
import { readCount, readPage } from "../../documents/requests.js";
import { DocumentTable } from "./document-table.js";
import { JsonList } from "./json-list.js";
import { searchOf } from "./list-address.js";
import { Search } from "./search.js";

const PAGE_DOCUMENTS = 50;
const PATH = "/documents";

export function DocumentList({ session, route }) {
  const search = searchOf(route.query);
  const { filter, sort, fields } = search;
  const { cursor } = route.query;
  const [turn, setTurn] = useState(0); // of those who search for the same again
  const page = useLoad(
    async (signal) => pageOf(await readPage(session.base, { filter, sort, fields, cursor, limit: PAGE_DOCUMENTS }, signal)),
    [session.base, filter, sort, fields, cursor, turn],
  );
  const show = (changes) => {
    const following = { ...search, ...changes };
    if (hrefOf(PATH, following) === hrefOf(PATH, route.query)) {
      setTurn(turn + 1);
    } else {
      navigate(PATH, following);
    }
  };
  return html`<${Page} title="Documents" actions=${html`<${Actions} ...${{ session, search }} />`}>
    <${Search} key=${JSON.stringify([filter, sort])} ...${{ search, show }} />
    <div class="bar-of-list">
      <${Count} ...${{ base: session.base, filter, turn }} />
      <${ViewSwitch} search=${search} cursor=${cursor} />
    </div>
    ${page.problem && html`<${Refused} problem=${page.problem} retry=${page.reload} onIds=${() => show({ fields: "_id", cursor })} />`}
    ${!page.data && !page.problem && html`<${Loading} />`}
    ${page.data && html`<${Documents} ...${{ page: page.data, search, cursor, show, busy: page.busy }} />`}
  <//>`;
}

function Actions({ session, search }) {
  const mayWrite = suffices(session.role, "editor");
  return html`${mayWrite && html`<${ButtonLink} kind="primary" href=${hrefOf(PATH, { ...search, do: "create" })}>Create<//>
      <${ButtonLink} href=${hrefOf(PATH, { ...search, do: "import" })}>Import<//>`}
    <${ButtonLink} href=${hrefOf(PATH, { ...search, do: "export" })}>Export<//>`;
}

function Count({ base, filter, turn }) {
  const { data, problem } = useLoad((signal) => readCount(base, filter, signal), [base, filter, turn]);
  if (problem) {
    return html`<p class="quiet">They could not be counted.</p>`;
  }
  return html`<p role="status">${data === null ? html`<span class="quiet">Counting</span>` : counted(data, "document")}</p>`;
}

function ViewSwitch({ search, cursor }) {
  const link = (view, title) => html`<a class="button" href=${hrefOf(PATH, { ...search, cursor, view })}
    aria-current=${(search.view === "json") === (view === "json") ? "true" : undefined}>${title}</a>`;
  return html`<nav class="actions" aria-label="View">${link("", "Table")}${link("json", "JSON")}</nav>`;
}

/** Says why there is no page. A document that no answer holds does not hide those behind it. */
function Refused({ problem, retry, onIds }) {
  if (problem.code !== "answer-too-large") {
    return html`<${Failed} problem=${withFields(problem)} retry=${retry} />`;
  }
  return html`<div role="alert"><${Empty} title="The next document is too long to be shown here">
    <p>The list goes on with less of each document: with the ids alone, or with other columns.</p>
    <${Button} onClick=${onIds}>Show the ids alone<//><//></div>`;
}

function Documents({ page, search, cursor, show, busy }) {
  const { documents, next } = page;
  const List = search.view === "json" ? JsonList : DocumentTable;
  const [known, setKnown] = useState([]);
  if (documents.length === 0) {
    const isSearch = search.filter || cursor;
    return html`<${Empty} title=${isSearch ? "No document matches" : "There is no document yet"} />`;
  }
  return html`<${List} ...${{ documents, search, show, known, setKnown }} />
    <${Pager} next=${next} previous=${Boolean(cursor)} busy=${busy} onNext=${(following) => show({ cursor: following })}
      onFirst=${() => show({ cursor: undefined })} />`;
}
