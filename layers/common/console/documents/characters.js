// Characters that show nothing, or change what the others look like, are written as escapes.

// Controls (C0, DEL, C1), the soft hyphen, zero-width and bidirectional characters (Unicode Standard Annex 9),
// line and paragraph separators (not the joiners, which Persian and emoji are written with), the byte order mark, interlinear annotations, the replacement character
// (which gateways make of octets that are no UTF-8, so that the API's texts hold its escape), and tags.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffd]|[\u{e0000}-\u{e0fff}]/gu;
const LINES = new Set(["\n", "\t"]);

const escaped = (character) =>
  character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * Return a text with what cannot be seen in it written as JSON escapes it, `\u202e`.
 * @param {string} text
 * @param {{lines?: boolean}} [options] - Whether tabs and line breaks stay.
 */
export const visible = (text, { lines = false } = {}) =>
  text.replace(HIDDEN, (character) => (lines && LINES.has(character) ? character : escaped(character)));

/** Return a string as JSON, which means exactly this string and shows every character of it. */
export const stringText = (value) => visible(JSON.stringify(value));

/**
 * Cut a text before it is shown, for a browser takes long for megabytes of it.
 * @param {string} text
 * @param {number} limit - Characters.
 * @returns {{text: string, isAll: boolean}}
 */
export function cut(text, limit) {
  if (text.length <= limit) return { text, isAll: true };
  return { text: text.slice(0, limit).toWellFormed(), isAll: false };
}
