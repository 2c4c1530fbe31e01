/** Records of what was done: which of them are wanted, and as a table for spreadsheets. */

const LEAST = 50; // records that a page of wanted ones has, if there are so many
const MOST_PAGES = 10; // of the API, for one of these
const COLUMNS = {
  at: ({ at }) => at,
  action: ({ action }) => action,
  result: ({ result }) => result,
  actor_type: ({ actor }) => actor.type,
  actor_id: ({ actor }) => actor.id,
  account_id: ({ account_id }) => account_id,
  source_address: ({ source_address }) => source_address,
  request_id: ({ request_id }) => request_id,
  details: ({ details }) => JSON.stringify(details),
};

/**
 * Tell whether a record is wanted.
 *
 * @param {object} record
 * @param {{kind?: string, result?: string, text?: string}} wanted kind: what its action begins with; text: what it contains.
 */
function isWanted(record, { kind, result, text }) {
  return (
    (!kind || record.action.startsWith(`${kind}.`)) &&
    (!result || record.result === result) &&
    (!text || JSON.stringify(record).toLowerCase().includes(text.toLowerCase()))
  );
}

/**
 * Read until there are enough wanted records, or none.
 *
 * @param {(cursor: string | null) => Promise<{records: object[], next_cursor: string | null}>} read
 * @param {string | null} cursor
 * @param {Parameters<typeof isWanted>[1]} wanted
 */
export async function wantedPage(read, cursor, wanted) {
  const records = [];
  let next = cursor;
  for (let page = 0; page < MOST_PAGES && records.length < LEAST; page += 1) {
    const answer = await read(next);
    records.push(...answer.records.filter((record) => isWanted(record, wanted)));
    next = answer.next_cursor;
    if (next === null) {
      break;
    }
  }
  return { records, next_cursor: next };
}

/**
 * Write records as CSV (RFC 4180).
 *
 * @param {object[]} records
 * @param {{heading?: boolean, columns?: {key: string, cell: (record: object) => string}[]}} [options] columns: further ones.
 */
export function csv(records, { heading = true, columns = [] } = {}) {
  const all = { ...COLUMNS, ...Object.fromEntries(columns.map(({ key, cell: of }) => [key, of])) };
  const rows = records.map((record) => Object.values(all).map((of) => of(record)));
  return [...(heading ? [Object.keys(all)] : []), ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Write a cell. What spreadsheets would take for a formula begins with an apostrophe, which they do not show. */
function cell(value) {
  const text = String(value ?? "");
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
