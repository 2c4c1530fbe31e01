/** Documents one below the other, as Extended JSON. */
import { html } from "../../html.js";
import { editable, idInPath } from "../../documents/extended_json.js";
import { member } from "../../documents/json.js";
import { IdLink } from "./document-table.js";
import { LongText } from "./value.js";

export function JsonList({ documents, search }) {
  return html`<ul class="documents" aria-label="Documents">${documents.map(
    ({ value }) => html`<li class="card" key=${idInPath(member(value, "_id"))}>
      <${IdLink} value=${value} search=${search} />
      <${LongText} write=${(limit) => editable(value, limit)} limit=${1500} />
    </li>`,
  )}</ul>`;
}
