/**
 * Documents from lines of JSON, stored in batches; what is sent again is stored once.
 *
 * A line without an id gets one, made of the import's number and the line's. So a line that is sent again,
 * because no answer came or the import was begun again, finds itself stored. A line with an id of its own is
 * told from another document of that id by the Idempotency-Key of its batch.
 */

import { detailOf } from "../field-problems.js";
import { isTemporary, patiently } from "./patience.js";
import { member, parse } from "./json.js";

/** What a line may have: a request takes 4 MiB, and the line gets an id. */
export const MAX_LINE_OCTETS = 4 * 1024 * 1024 - 64;
/** Refused lines that are kept; one more, and the import stops. */
export const MAX_REFUSED = 10_000;

const MAX_BATCH = { lines: 500, octets: 1024 * 1024, values: 100_000 };
const OF_THE_LINES = new Set([400, 413, 422]);

/** More lines were refused than are kept. */
export class TooManyRefused extends Error {
  constructor() {
    super(`More than ${MAX_REFUSED} lines were refused.`);
  }
}

/** Return the number of an import: 16 hexadecimal digits at random. */
export const importNumber = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (octet) => octet.toString(16).padStart(2, "0")).join("");

/**
 * What became of a line that is not stored.
 * @typedef {{number: number, text: string, status: number, code: string, detail: string}} Refused
 */

/** An import: how far it is, and how it goes on. */
export class Import {
  /**
   * @param {string} run From `importNumber`; an import that is begun again has the same.
   * @param {(body: string, key: string) => Promise<{results: object[]}>} send Inserts lines, unordered.
   * @param {object} [options] Of `patiently`, and `onProgress`, called after each batch.
   */
  constructor(run, send, { onProgress = () => {}, ...patience } = {}) {
    Object.assign(this, { run, send, onProgress, patience });
    this.inserted = 0;
    /** @type {Refused[]} */
    this.refused = [];
    this.lastLine = 0;
    this.octets = 0;
  }

  /**
   * Store the lines behind the last one that has an outcome.
   * @param {AsyncIterable<import("./lines.js").Line>} lines All of them, from the first.
   * @param {AbortSignal} [signal]
   * @throws A problem that is not about a line; the import can go on with all lines later. TooManyRefused.
   */
  async store(lines, signal) {
    let batch = new Batch();
    for await (const line of lines) {
      signal?.throwIfAborted();
      if (line.number <= this.lastLine) continue;
      const checked = this.checked(line);
      if (!batch.hasRoomFor(checked)) {
        await this.finish(batch, signal);
        batch = new Batch();
      }
      batch.add(checked);
    }
    await this.finish(batch, signal);
  }

  /** Return the line with an id and the number of its values, or with its problem. */
  checked(line) {
    if (line.problem) return { ...line, text: "", values: 0 };
    try {
      const document = parse(line.text);
      if (document.kind !== "object") return { ...line, values: 0, problem: "It must be a JSON object." };
      return { ...line, sent: this.withId(line, document), values: valuesIn(document) };
    } catch (error) {
      return { ...line, values: 0, problem: `Column ${error.column}: it ${error.reason}.` };
    }
  }

  withId({ number, text }, document) {
    if (member(document, "_id")) return text;
    const id = this.run + number.toString(16).padStart(8, "0");
    const first = text.indexOf("{") + 1;
    return `{"_id":{"$oid":"${id}"}${document.members.length ? "," : ""}${text.slice(first)}`;
  }

  async finish(batch, signal) {
    const refusedBefore = this.refused.length;
    const insertedBefore = this.inserted;
    try {
      for (const line of batch.lines) if (line.problem) this.refuse(line, 400, "malformed-line", line.problem);
      await this.insert(batch.lines.filter((line) => !line.problem), 0, signal);
    } catch (error) {
      this.refused.length = refusedBefore;
      this.inserted = insertedBefore;
      throw error;
    }
    this.refused.sort((one, other) => one.number - other.number);
    this.lastLine = batch.lines.at(-1)?.number ?? this.lastLine;
    this.octets += batch.octets;
    this.onProgress(this);
  }

  /** Insert lines until each is stored or refused. */
  async insert(lines, round, signal) {
    if (!lines.length) return;
    let results;
    try {
      ({ results } = await this.request(lines, round, signal));
    } catch (problem) {
      if (!OF_THE_LINES.has(problem.status) || isTemporary(problem)) throw problem;
      // Nothing is stored. One line makes the whole body unacceptable; which one, halves tell.
      if (lines.length === 1) this.refuse(lines[0], problem.status, problem.code, detailOf(problem));
      else await this.insertHalves(lines, round, signal);
      return;
    }
    const again = { "not-attempted": [], "idempotency-key-spent": [], "limit-reached": [] };
    results.forEach((result, index) => this.note(result, lines[index], again));
    if (again["not-attempted"].length === lines.length) throw Object.assign(new Error(results[0].detail), results[0]);
    await this.insert([...again["not-attempted"], ...again["idempotency-key-spent"]], round + 1, signal);
    await this.insertWhatHasRoom(again["limit-reached"], results, round, signal);
  }

  note(result, line, again) {
    const isOwn = result.code === "document-exists" && result.indexes?.[0] === "_id_" && line.sent !== line.text;
    if (result.status === 201 || isOwn) this.inserted += 1;
    else if (Object.hasOwn(again, result.code)) again[result.code].push(line);
    else this.refuse(line, result.status, result.code, detailOf(result));
  }

  /** Lines for which together there is no room are refused together, though some of them may have some. */
  async insertWhatHasRoom(lines, results, round, signal) {
    if (lines.length === 1) {
      const result = results.find(({ code }) => code === "limit-reached");
      throw Object.assign(new Error(result.detail), result);
    }
    await this.insertHalves(lines, round + 1, signal);
  }

  async insertHalves(lines, round, signal) {
    const half = Math.ceil(lines.length / 2);
    await this.insert(lines.slice(0, half), round, signal);
    await this.insert(lines.slice(half), round, signal);
  }

  async request(lines, round, signal) {
    const body = lines.map((line) => line.sent).join("\n");
    const key = `${this.run}-${round}-${await digestOf(body)}`;
    return patiently(() => this.send(body, key), { ...this.patience, signal });
  }

  refuse({ number, text }, status, code, detail) {
    if (this.refused.length >= MAX_REFUSED) throw new TooManyRefused();
    this.refused.push({ number, text, status, code, detail });
  }
}

class Batch {
  constructor() {
    this.lines = [];
    this.octets = 0;
    this.values = 0;
  }

  hasRoomFor({ octets, values }) {
    if (!this.lines.length) return true;
    const isShort = this.lines.length < MAX_BATCH.lines && this.values + values <= MAX_BATCH.values;
    return isShort && this.octets + octets <= MAX_BATCH.octets;
  }

  add(line) {
    this.lines.push(line);
    this.octets += line.octets;
    this.values += line.values;
  }
}

function valuesIn(value) {
  const inner = value.items ?? value.members?.map(([, inner]) => inner) ?? [];
  return inner.reduce((sum, one) => sum + valuesIn(one), 1);
}

async function digestOf(text) {
  const octets = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
