/** Documents as lines of canonical Extended JSON, octet by octet as the API answers them. */

import { member, parse } from "./json.js";
import { patiently } from "./patience.js";

/** Documents that a page of an export asks for; the API answers fewer where they are large. */
export const PAGE_LIMIT = 1000;

/**
 * Return the documents of a page, each as its text and as a value, and the cursor of the next page.
 * @param {string} text The API's answer.
 * @returns {{documents: {text: string, value: import("./json.js").Value}[], next: string | null}}
 */
export function pageOf(text) {
  const page = parse(text);
  const documents = member(page, "documents").items.map((value) => ({ text: text.slice(value.start, value.end), value }));
  return { documents, next: member(page, "next_cursor")?.value ?? null };
}

/**
 * Write all documents of a search, page by page.
 * @param {(cursor: string | null) => Promise<string>} read Returns the text of a page.
 * @param {(lines: string) => Promise<void>} write Keeps lines.
 * @param {object} [options] Of `patiently`, and `onProgress`, which hears how many are written.
 * @returns {Promise<number>} How many there are.
 */
export async function exportDocuments(read, write, { onProgress = () => {}, ...patience } = {}) {
  let written = 0;
  for (let cursor = null; ; ) {
    const { documents, next } = pageOf(await patiently(() => read(cursor), patience));
    if (documents.length) await write(documents.map(({ text }) => `${text}\n`).join(""));
    written += documents.length;
    onProgress(written);
    patience.signal?.throwIfAborted();
    if (next === null) return written;
    cursor = next;
  }
}

/**
 * Return where an export goes: a file that is written while it runs, where the browser can do so, else memory.
 * @param {string} name Of the file.
 * @returns {Promise<{write: (lines: string) => Promise<void>, finish: () => Promise<Blob | null>,
 *   abandon: () => Promise<void>}>} What is kept in memory is returned by `finish`, to be saved.
 * @throws {DOMException} AbortError: the user chose no file.
 */
export async function destination(name) {
  if (!window.showSaveFilePicker) return inMemory();
  const types = [{ description: "NDJSON", accept: { "application/x-ndjson": [".ndjson"] } }];
  const handle = await window.showSaveFilePicker({ suggestedName: name, types });
  const file = await handle.createWritable();
  return {
    write: (lines) => file.write(lines),
    finish: async () => {
      await file.close();
      return null;
    },
    abandon: () => file.abort(),
  };
}

function inMemory() {
  let parts = [];
  return {
    // As a Blob, which browsers keep outside of the page's memory.
    write: async (lines) => void parts.push(new Blob([lines])),
    finish: async () => new Blob(parts, { type: "application/x-ndjson" }),
    abandon: async () => {
      parts = [];
    },
  };
}
