/**
 * MongoDB Extended JSON v2: which type a value has, and its shortest text that keeps the type.
 *
 * https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
 * The console reads documents in the canonical format, which names the type of every number and date, and
 * shows them in the shortest form that the API reads back as the same value. The relaxed format would make an
 * int of a long that is small.
 */

import { member, number, object, string, write } from "./json.js";

const INT32 = 2n ** 31n;
const INTEGER = /^-?(?:0|[1-9][0-9]{0,18})$/;
const DOUBLE = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:e[+-]?[0-9]+)?|e[+-]?[0-9]+)$/i;
const LAST_MILLISECOND = 253402300799999n; // of the year 9999, the last that dates are written for as text
const UUID_SUBTYPE = "04";
const PLAIN_ID = /^(?!\.{1,2}$|[0-9a-fA-F]{24}$)[A-Za-z0-9._-]+$/;

const TYPES = {
  $oid: "objectId",
  $date: "date",
  $uuid: "uuid",
  $numberInt: "int",
  $numberLong: "long",
  $numberDouble: "double",
  $numberDecimal: "decimal",
  $binary: "binary",
  $regularExpression: "regex",
  $timestamp: "timestamp",
  $code: "javascript",
  $minKey: "minKey",
  $maxKey: "maxKey",
};

/**
 * Return the name of a value's type.
 * @param {import("./json.js").Value} value
 */
export function typeOf(value) {
  if (value.kind === "number") return /[.eE]/.test(value.text) ? "double" : "int";
  if (value.kind === "literal") return value.text === "null" ? "null" : "boolean";
  if (value.kind !== "object") return value.kind;
  const name = value.members.find(([name]) => Object.hasOwn(TYPES, name))?.[0];
  return name ? TYPES[name] : "object";
}

/** Tell whether a value is one of a type of its own, though its text is an object. */
export const isWrapper = (value) => value.kind === "object" && typeOf(value) !== "object";

/**
 * Return the value whose text is the shortest that the API reads as this one, with its type.
 * @param {import("./json.js").Value} value
 * @returns {import("./json.js").Value}
 */
export function shortened(value) {
  if (value.kind === "array") return { kind: "array", items: value.items.map(shortened) };
  if (value.kind !== "object") return value;
  if (value.members.length === 1) {
    const [[name, inner]] = value.members;
    const short = Object.hasOwn(SHORT, name) ? SHORT[name](inner) : null;
    if (short) return short;
    if (isWrapper(value) && name !== "$code") return value;
  }
  return { kind: "object", members: value.members.map(([name, inner]) => [name, shortened(inner)]) };
}

const SHORT = {
  $numberInt: ({ value }) => (isInteger(value) ? number(value) : null),
  // A JSON number that an int holds is read as one.
  $numberLong: ({ value }) => (isInteger(value) && !isInt(BigInt(value)) ? number(value) : null),
  $numberDouble: ({ value }) => (DOUBLE.test(value ?? "") ? number(value) : null),
  $date: (inner) => shortDate(member(inner, "$numberLong")?.value),
  $binary: (inner) => shortUuid(member(inner, "base64")?.value, member(inner, "subType")?.value),
};

const isInteger = (text) => INTEGER.test(text ?? "") && text !== "-0";
const isInt = (integer) => -INT32 <= integer && integer < INT32;

function shortDate(milliseconds) {
  if (!isInteger(milliseconds)) return null;
  const integer = BigInt(milliseconds);
  if (integer < 0n || integer > LAST_MILLISECOND) return null;
  return object(["$date", string(new Date(Number(integer)).toISOString().replace(".000Z", "Z"))]);
}

function shortUuid(base64, subtype) {
  if (subtype !== UUID_SUBTYPE) return null;
  const octets = Array.from(atob(base64), (octet) => octet.charCodeAt(0).toString(16).padStart(2, "0"));
  const parts = [octets.slice(0, 4), octets.slice(4, 6), octets.slice(6, 8), octets.slice(8, 10), octets.slice(10)];
  return object(["$uuid", string(parts.map((part) => part.join("")).join("-"))]);
}

/**
 * Return the text of a value for people to read and edit, on lines of its own if it has members.
 * @param {import("./json.js").Value} value
 * @param {number} [limit] Characters.
 */
export const editable = (value, limit) =>
  write(shortened(value), { indented: true, inline: (inner) => isWrapper(inner), limit });

/**
 * Return what a cell of a table shows of a value.
 * @param {import("./json.js").Value} value
 * @param {number} limit Characters.
 * @returns {{type: string, text: string, isAll: boolean}}
 */
export function summary(value, limit) {
  const short = value.kind === "object" || value.kind === "array" ? shortenedUpTo(value, limit) : value;
  const type = typeOf(short);
  const plain = PLAIN[type]?.(short);
  if (plain === undefined) return { type, ...write(short, { limit }) };
  return { type, text: plain.slice(0, limit), isAll: plain.length <= limit };
}

/** Shorten no more members than a text of this length shows. */
function shortenedUpTo(value, limit) {
  if (value.kind === "array") return { ...value, items: value.items.slice(0, limit).map((item) => shortenedUpTo(item, limit)) };
  if (value.kind !== "object" || value.members.length < 3) return shortened(value);
  return { ...value, members: value.members.slice(0, limit).map(([name, inner]) => [name, shortenedUpTo(inner, limit)]) };
}

const inner = (name) => (value) => member(value, name)?.value;
const PLAIN = {
  string: ({ value }) => value,
  objectId: inner("$oid"),
  date: inner("$date"),
  uuid: inner("$uuid"),
  long: inner("$numberLong"),
  decimal: inner("$numberDecimal"),
  double: inner("$numberDouble"),
  binary: (value) => {
    const text = member(member(value, "$binary"), "base64")?.value ?? "";
    return `${(text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0)} bytes`;
  },
  regex: (value) => {
    const expression = member(value, "$regularExpression");
    return `/${member(expression, "pattern")?.value}/${member(expression, "options")?.value}`;
  },
};

/**
 * Return how a document's id stands in the path of a URL.
 * @param {import("./json.js").Value} id As the canonical format writes it.
 */
export function idInPath(id) {
  const hexadecimal = typeOf(id) === "objectId" ? member(id, "$oid").value : null;
  if (hexadecimal) return hexadecimal;
  if (id.kind === "string" && PLAIN_ID.test(id.value)) return id.value;
  const octets = new TextEncoder().encode(write(id).text);
  const base64 = btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
  return `~${base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}
