/** Two versions of a document side by side: their lines, and which of them differ. */

import { isWrapper, shortened } from "./extended_json.js";
import { stringText, write } from "./json.js";

/**
 * A row of the comparison: a line of each version, or null where one has none.
 * @typedef {{sent: string | null, stored: string | null, differs: boolean}} Row
 */

/**
 * Return the lines of two values beside each other.
 * @param {import("./json.js").Value} sent
 * @param {import("./json.js").Value} stored
 * @returns {Row[]}
 */
export function compare(sent, stored) {
  const rows = [];
  both(rows, "", "", shortened(sent), shortened(stored), "");
  return rows;
}

/** Tell whether two documents have the same fields in the same order, wherever their ids stand. */
export const isSameDocument = (sent, stored) => isSame(shortened(withIdFirst(sent)), shortened(withIdFirst(stored)));

const isSame = (sent, stored) => write(sent).text === write(stored).text;

function withIdFirst(document) {
  const isId = ([name]) => name === "_id";
  const members = document.members ?? [];
  return { ...document, members: [...members.filter(isId), ...members.filter((entry) => !isId(entry))] };
}

const entriesOf = (value) => {
  if (value.kind === "array") return value.items.map((item, index) => [index, "", item]);
  return value.members.map(([name, inner]) => [name, `${stringText(name)}: `, inner]);
};
const isOpen = (value) => (value.kind === "object" && !isWrapper(value)) || value.kind === "array";
const textOf = (value) => write(value, { indented: true, inline: () => true }).text;

function both(rows, margin, label, sent, stored, comma) {
  if (isOpen(sent) && sent.kind === stored.kind && isOpen(stored)) {
    const [open, close] = sent.kind === "object" ? "{}" : "[]";
    rows.push(sameRow(`${margin}${label}${open}`));
    const compareEntries = sent.kind === "object" ? members : items;
    compareEntries(rows, `${margin}  `, entriesOf(sent), entriesOf(stored));
    rows.push(sameRow(`${margin}${close}${comma}`));
  } else if (isSame(sent, stored)) {
    for (const line of linesOf(margin, label, sent, comma)) rows.push(sameRow(line));
  } else apart(rows, linesOf(margin, label, sent, comma), linesOf(margin, label, stored, comma));
}

const sameRow = (line) => ({ sent: line, stored: line, differs: false });

function apart(rows, sentLines, storedLines) {
  for (let index = 0; index < Math.max(sentLines.length, storedLines.length); index += 1) {
    rows.push({ sent: sentLines[index] ?? null, stored: storedLines[index] ?? null, differs: true });
  }
}

function linesOf(margin, label, value, comma) {
  if (!isOpen(value)) return [`${margin}${label}${textOf(value)}${comma}`];
  const [open, close] = value.kind === "object" ? "{}" : "[]";
  const lines = [`${margin}${label}${open}`];
  for (const [, innerLabel, inner] of entriesOf(value)) lines.push(...linesOf(`${margin}  `, innerLabel, inner, ","));
  return [...lines, `${margin}${close}${comma}`];
}

function members(rows, margin, sentEntries, storedEntries) {
  const rest = new Map(storedEntries.map((entry) => [entry[0], entry]));
  const isMoved = inOrder(sentEntries, rest) !== inOrder(storedEntries, new Map(sentEntries.map((entry) => [entry[0], entry])));
  for (const [name, label, value] of sentEntries) {
    const stored = rest.get(name);
    if (!stored) apart(rows, linesOf(margin, label, value, ","), []);
    else if (isMoved) apart(rows, linesOf(margin, label, value, ","), linesOf(margin, label, stored[2], ","));
    else both(rows, margin, label, value, stored[2], ",");
    rest.delete(name);
  }
  for (const [, label, value] of rest.values()) apart(rows, [], linesOf(margin, label, value, ","));
}

/** Return the names that both have, in the order of the first: MongoDB keeps the order of fields. */
const inOrder = (entries, known) => JSON.stringify(entries.map(([name]) => name).filter((name) => known.has(name)));

function items(rows, margin, sentEntries, storedEntries) {
  const shorter = Math.min(sentEntries.length, storedEntries.length);
  let before = 0;
  while (before < shorter && isSame(sentEntries[before][2], storedEntries[before][2])) before += 1;
  let behind = 0;
  while (behind < shorter - before && isSame(sentEntries.at(-1 - behind)[2], storedEntries.at(-1 - behind)[2])) behind += 1;
  const length = Math.max(sentEntries.length, storedEntries.length) - behind;
  const at = (entries, index) => (index < entries.length - behind ? entries[index][2] : null);
  for (let index = 0; index < length; index += 1) {
    const sent = at(sentEntries, index);
    const stored = at(storedEntries, index);
    if (sent && stored) both(rows, margin, "", sent, stored, ",");
    else apart(rows, sent ? linesOf(margin, "", sent, ",") : [], stored ? linesOf(margin, "", stored, ",") : []);
  }
  for (const [, , value] of sentEntries.slice(sentEntries.length - behind)) both(rows, margin, "", value, value, ",");
}

/**
 * Leave out lines that are the same, but for those next to one that differs.
 * @param {Row[]} rows
 * @param {number} beside How many lines stay on either side.
 * @returns {(Row | {omitted: number})[]}
 */
export function folded(rows, beside) {
  const kept = new Uint8Array(rows.length);
  rows.forEach((row, index) => {
    if (row.differs) kept.fill(1, Math.max(0, index - beside), index + beside + 1);
  });
  const result = [];
  rows.forEach((row, index) => {
    if (kept[index]) result.push(row);
    else if (result.at(-1)?.omitted) result.at(-1).omitted += 1;
    else result.push({ omitted: 1 });
  });
  return result;
}
