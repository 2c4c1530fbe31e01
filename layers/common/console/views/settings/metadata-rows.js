/** Metadata of an organization as rows of a table: flat, with strings, numbers and booleans (decision 0008). */

/** @typedef {{key: string, type: "string" | "number" | "boolean", value: string}} Row */

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Return the metadata in the JSON of an organization. Numbers keep their digits, of which JavaScript holds 15.
 *
 * @param {string} text JSON of the organization.
 * @returns {Row[]}
 */
export function rowsOf(text) {
  const { metadata } = JSON.parse(text, (_key, value, context) =>
    typeof value === "number" ? new Digits(context?.source ?? String(value)) : value,
  );
  return Object.entries(metadata).map(([key, value]) => row(key, value));
}

/**
 * Return what is wrong with rows, by their positions.
 *
 * @param {Row[]} rows
 * @returns {Record<number, string>}
 */
export function mistakes(rows) {
  const wrong = {};
  rows.forEach(({ key, type, value }, position) => {
    if (key === "") {
      wrong[position] = "The key is empty.";
    } else if (rows.findIndex((other) => other.key === key) !== position) {
      wrong[position] = "The key is there twice.";
    } else if (type === "number" && !NUMBER.test(value)) {
      wrong[position] = "This is no number.";
    }
  });
  return wrong;
}

/**
 * Return the body of the PATCH that makes rows of others, in which null removes a key (RFC 7396); null if they are equal.
 *
 * @param {Row[]} before
 * @param {Row[]} after
 * @returns {string | null} JSON, since numbers keep their digits.
 */
export function patchOf(before, after) {
  const earlier = new Map(before.map((item) => [item.key, json(item)]));
  const kept = new Set(after.map(({ key }) => key));
  const removed = before.filter(({ key }) => !kept.has(key)).map(({ key }) => `${JSON.stringify(key)}:null`);
  const changed = after
    .filter((item) => earlier.get(item.key) !== json(item))
    .map((item) => `${JSON.stringify(item.key)}:${json(item)}`);
  const changes = [...removed, ...changed];
  return changes.length ? `{"metadata":{${changes.join(",")}}}` : null;
}

class Digits {
  constructor(source) {
    this.source = source;
  }
}

function row(key, value) {
  if (value instanceof Digits) {
    return { key, type: "number", value: value.source };
  }
  return { key, type: typeof value === "boolean" ? "boolean" : "string", value: String(value) };
}

function json({ type, value }) {
  return type === "string" ? JSON.stringify(value) : value;
}
