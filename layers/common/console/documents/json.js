/**
 * JSON as a tree that keeps all of a text's meaning.
 *
 * JSON.parse rounds numbers beyond 2^53, moves names of digits to the front and drops one of two equal names.
 * So a number is its text here, and the members of an object are a list. What the API refuses is refused
 * alike: two members of the same name, lone surrogates, and a byte order mark.
 */

import { visible } from "../texts.js";

/**
 * A value of a JSON text. `start` and `end` are where it stands there; a value that was made has neither.
 * @typedef {{kind: "object", members: [string, Value][], start?: number, end?: number}
 *   | {kind: "array", items: Value[], start?: number, end?: number}
 *   | {kind: "string", value: string, start?: number, end?: number}
 *   | {kind: "number" | "literal", text: string, start?: number, end?: number}} Value
 */

/** How many objects and arrays may stand in each other; the API takes 102. */
export const MAX_DEPTH = 250;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
const CONTROL = /[\u0000-\u001f]/;

/** A text is no JSON that the API takes. */
export class NotJson extends Error {
  /**
   * @param {string} reason Why, to follow "it".
   * @param {string} text All of it.
   * @param {number} position Where, in UTF-16 code units.
   */
  constructor(reason, text, position) {
    const before = text.slice(0, position);
    const line = before.split("\n").length;
    const column = position - before.lastIndexOf("\n");
    super(`Line ${line}, column ${column}: it ${reason}.`);
    this.name = "NotJson";
    Object.assign(this, { line, column, reason });
  }
}

/**
 * Read one JSON value.
 * @param {string} text
 * @returns {Value}
 * @throws {NotJson}
 */
export function parse(text) {
  const reader = new Reader(text);
  const value = reader.value(MAX_DEPTH);
  reader.skipSpace();
  if (reader.position < text.length) reader.refuse("goes on behind the value");
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.position = 0;
  }

  refuse(reason, position = this.position) {
    throw new NotJson(reason, this.text, position);
  }

  skipSpace() {
    SPACE.lastIndex = this.position;
    SPACE.test(this.text);
    this.position = SPACE.lastIndex;
  }

  value(levels) {
    this.skipSpace();
    const start = this.position;
    const value = this.valueHere(levels);
    value.start = start;
    value.end = this.position;
    return value;
  }

  valueHere(levels) {
    switch (this.text[this.position]) {
      case "{":
        return { kind: "object", members: this.members(levels) };
      case "[":
        return { kind: "array", items: this.items(levels) };
      case '"':
        return { kind: "string", value: this.string() };
      case undefined:
        return this.refuse("ends where a value is missing");
      default:
        return this.word();
    }
  }

  word() {
    for (const [pattern, kind] of [[NUMBER, "number"], [LITERAL, "literal"]]) {
      pattern.lastIndex = this.position;
      const match = pattern.exec(this.text);
      if (match) {
        this.position = pattern.lastIndex;
        return { kind, text: match[0] };
      }
    }
    if (this.text[this.position] === "\ufeff") this.refuse("has a byte order mark");
    return this.refuse("has no value here");
  }

  members(levels) {
    const members = [];
    const names = new Set();
    this.list("}", levels, () => {
      const start = this.position;
      if (this.text[start] !== '"') this.refuse("has no name in quotation marks here");
      const name = this.string();
      if (names.has(name)) this.refuse("has two members of the same name", start);
      names.add(name);
      this.skipSpace();
      if (this.text[this.position] !== ":") this.refuse("has no colon here");
      this.position += 1;
      members.push([name, this.value(levels - 1)]);
    });
    return members;
  }

  items(levels) {
    const items = [];
    this.list("]", levels, () => items.push(this.value(levels - 1)));
    return items;
  }

  list(end, levels, readOne) {
    if (levels === 0) this.refuse("is nested too deeply");
    this.position += 1;
    this.skipSpace();
    if (this.text[this.position] !== end) {
      for (;;) {
        this.skipSpace();
        readOne();
        this.skipSpace();
        if (this.text[this.position] !== ",") break;
        this.position += 1;
      }
    }
    if (this.text[this.position] !== end) this.refuse(`has no comma and no ${end} here`);
    this.position += 1;
  }

  string() {
    const start = this.position;
    this.position = this.endOfString(start);
    const raw = this.text.slice(start, this.position);
    if (CONTROL.test(raw)) this.refuse("has a line break or control character in a string", start);
    let value;
    try {
      value = raw.includes("\\") ? JSON.parse(raw) : raw.slice(1, -1);
    } catch {
      this.refuse("has a backslash that escapes nothing", start);
    }
    if (!value.isWellFormed()) this.refuse("has a lone surrogate in a string", start);
    return value;
  }

  endOfString(start) {
    for (let end = start; ; ) {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) this.refuse("has a string that does not end", start);
      let first = end;
      while (this.text[first - 1] === "\\" && first - 1 > start) first -= 1;
      if ((end - first) % 2 === 0) return end + 1;
    }
  }
}

/**
 * Write a value.
 * @param {Value} value
 * @param {{indented?: boolean, inline?: (value: Value) => boolean, limit?: number}} [options] Whether over several
 *   lines, apart from the values that `inline` names; and after how many characters it ends.
 * @returns {{text: string, isAll: boolean}} Text that means the same as the one that was read, with control
 *   characters and those of the direction of text escaped; `isAll` tells whether the limit was enough.
 */
export function write(value, { indented = false, inline = () => false, limit = Infinity } = {}) {
  const parts = [];
  let room = limit;
  const put = (text) => {
    if (room <= 0) return;
    parts.push(text.length > room ? text.slice(0, room) : text);
    room -= text.length;
  };
  const string = (text) => put(stringText(text.length > room ? text.slice(0, room + 1) : text));
  const list = ([open, close], entries, margin, isOneLine, putOne) => {
    put(open);
    const inner = `${margin}  `;
    for (let index = 0; index < entries.length && room > 0; index += 1) {
      if (index) put(isOneLine && indented ? ", " : ",");
      if (!isOneLine) put(`\n${inner}`);
      putOne(entries[index], inner);
    }
    if (!isOneLine && entries.length) put(`\n${margin}`);
    put(close);
  };
  const any = (node, margin, isOneLine) => {
    const inOne = isOneLine || inline(node);
    if (node.kind === "object") {
      list("{}", node.members, margin, inOne, ([name, member], inner) => {
        string(name);
        put(indented ? ": " : ":");
        any(member, inner, inOne);
      });
    } else if (node.kind === "array") {
      list("[]", node.items, margin, inOne, (item, inner) => any(item, inner, inOne));
    } else if (node.kind === "string") string(node.value);
    else put(node.text);
  };
  any(value, "", !indented);
  return { text: parts.join(""), isAll: room >= 0 };
}

/**
 * Return a string as JSON that means exactly this string, and shows every character of it. The API refuses the replacement
 * character if it is not escaped, for gateways make it of octets that are no UTF-8.
 */
export const stringText = (value) => visible(JSON.stringify(value));

/** Return the member of an object, or undefined. */
export const member = (value, name) => value.members?.find(([other]) => other === name)?.[1];

/** @returns {Value} A string. */
export const string = (value) => ({ kind: "string", value });

/** @returns {Value} A number, true, false or null. */
export const number = (text) => ({ kind: "number", text });

/** @returns {Value} */
export const literal = (text) => ({ kind: "literal", text: String(text) });

/** @returns {Value} An object of these members. */
export const object = (...members) => ({ kind: "object", members });

/** @returns {Value} */
export const array = (items) => ({ kind: "array", items });
