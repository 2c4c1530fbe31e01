// Two versions of a document side by side: their lines, and which of them differ.

import { isWrapper, shortened } from "./extended_json.js";
import { stringText, write } from "./json.js";

/**
 * A row of the comparison: a line of each version, or null where one has none; `same` lines of both may be many,
 * of which the first and the last are shown.
 * @typedef {{one: string | null, other: string | null, differs: boolean}} Row
 */

/**
 * Return the lines of two values beside each other.
 * @param {import("./json.js").Value} one
 * @param {import("./json.js").Value} other
 * @returns {Row[]}
 */
export function compare(one, other) {
  const rows = [];
  both(rows, "", "", shortened(one), shortened(other), "");
  return rows;
}

/** Tell whether two documents have the same fields in the same order, wherever their ids stand. */
export const isSameDocument = (one, other) => isSame(shortened(withIdFirst(one)), shortened(withIdFirst(other)));

const isSame = (one, other) => write(one).text === write(other).text;

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

function both(rows, margin, label, one, other, comma) {
  if (isOpen(one) && one.kind === other.kind && isOpen(other)) {
    const [open, close] = one.kind === "object" ? "{}" : "[]";
    rows.push(sameRow(`${margin}${label}${open}`));
    const compareEntries = one.kind === "object" ? members : items;
    compareEntries(rows, `${margin}  `, entriesOf(one), entriesOf(other));
    rows.push(sameRow(`${margin}${close}${comma}`));
  } else if (isSame(one, other)) {
    for (const line of linesOf(margin, label, one, comma)) rows.push(sameRow(line));
  } else apart(rows, linesOf(margin, label, one, comma), linesOf(margin, label, other, comma));
}

const sameRow = (line) => ({ one: line, other: line, differs: false });

function apart(rows, ones, others) {
  for (let index = 0; index < Math.max(ones.length, others.length); index += 1) {
    rows.push({ one: ones[index] ?? null, other: others[index] ?? null, differs: true });
  }
}

function linesOf(margin, label, value, comma) {
  if (!isOpen(value)) return [`${margin}${label}${textOf(value)}${comma}`];
  const [open, close] = value.kind === "object" ? "{}" : "[]";
  const lines = [`${margin}${label}${open}`];
  for (const [, innerLabel, inner] of entriesOf(value)) lines.push(...linesOf(`${margin}  `, innerLabel, inner, ","));
  return [...lines, `${margin}${close}${comma}`];
}

function members(rows, margin, ones, others) {
  const rest = new Map(others.map((entry) => [entry[0], entry]));
  const isMoved = inOrder(ones, rest) !== inOrder(others, new Map(ones.map((entry) => [entry[0], entry])));
  for (const [name, label, value] of ones) {
    const other = rest.get(name);
    if (!other) apart(rows, linesOf(margin, label, value, ","), []);
    else if (isMoved) apart(rows, linesOf(margin, label, value, ","), linesOf(margin, label, other[2], ","));
    else both(rows, margin, label, value, other[2], ",");
    rest.delete(name);
  }
  for (const [, label, value] of rest.values()) apart(rows, [], linesOf(margin, label, value, ","));
}

/** Return the names that both have, in the order of one of them: MongoDB keeps the order of fields. */
const inOrder = (entries, others) => JSON.stringify(entries.map(([name]) => name).filter((name) => others.has(name)));

function items(rows, margin, ones, others) {
  const shorter = Math.min(ones.length, others.length);
  let before = 0;
  while (before < shorter && isSame(ones[before][2], others[before][2])) before += 1;
  let behind = 0;
  while (behind < shorter - before && isSame(ones.at(-1 - behind)[2], others.at(-1 - behind)[2])) behind += 1;
  const length = Math.max(ones.length, others.length) - behind;
  const at = (entries, index) => (index < entries.length - behind ? entries[index][2] : null);
  for (let index = 0; index < length; index += 1) {
    const one = at(ones, index);
    const other = at(others, index);
    if (one && other) both(rows, margin, "", one, other, ",");
    else apart(rows, one ? linesOf(margin, "", one, ",") : [], other ? linesOf(margin, "", other, ",") : []);
  }
  for (const [, , value] of ones.slice(ones.length - behind)) both(rows, margin, "", value, value, ",");
}

/**
 * Leave out lines that are the same, but for those next to one that differs.
 * @param {Row[]} rows
 * @param {number} beside - How many lines stay on either side.
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
