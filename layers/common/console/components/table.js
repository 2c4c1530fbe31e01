/** Tables, which scroll in themselves where the page is narrow. */
import { html } from "../html.js";

/**
 * @template Row
 * @param {object} properties
 * @param {string} properties.label What the table lists, for screen readers.
 * @param {{key: string, title: any, show: (row: Row) => any, class?: string}[]} properties.columns
 * @param {Row[]} properties.rows
 * @param {(row: Row) => string} properties.keyOf
 * @param {any} [properties.empty] Shown instead of no rows.
 */
export function Table({ label, columns, rows, keyOf, empty }) {
  if (rows.length === 0 && empty) {
    return empty;
  }
  return html`<div class="scroll" role="region" aria-label=${label} tabindex="0">
    <table>
      <thead><tr>${columns.map(
        (column) => html`<th key=${column.key} scope="col" class=${column.class}>${column.title}</th>`,
      )}</tr></thead>
      <tbody>${rows.map(
        (row) => html`<tr key=${keyOf(row)}>${columns.map(
          (column) => html`<td key=${column.key} class=${column.class}>${column.show(row)}</td>`,
        )}</tr>`,
      )}</tbody>
    </table>
  </div>`;
}
