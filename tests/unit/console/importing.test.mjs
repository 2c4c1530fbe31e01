import assert from "node:assert/strict";
import { test } from "node:test";

import "./page.mjs";

import { Import, TooManyRefused, MAX_REFUSED } from "../../../layers/common/console/documents/importing.js";
import { linesOf } from "../../../layers/common/console/documents/lines.js";
import { patiently } from "../../../layers/common/console/documents/patience.js";

const LIMIT = 1000;
const RUN = "0123456789abcdef";

function streamOf(text, chunk = 7) {
  const octets = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < octets.length; at += chunk) controller.enqueue(octets.slice(at, at + chunk));
      controller.close();
    },
  });
}

async function all(lines) {
  const found = [];
  for await (const line of lines) found.push(line);
  return found;
}

test("reads lines with their numbers, wherever a chunk ends", async () => {
  const text = '\ufeff{"é":1}\r\n\n  \n{"b":"😀"}\n{"last":true}';
  for (let chunk = 1; chunk < 20; chunk += 1) {
    const found = await all(linesOf(streamOf(text, chunk), LIMIT));
    assert.deepEqual(
      found.map(({ number, text: line }) => [number, line.trim()]),
      [[1, '{"é":1}'], [4, '{"b":"😀"}'], [5, '{"last":true}']],
    );
  }
});

test("takes a byte order mark from the first line alone", async () => {
  const found = await all(linesOf(streamOf("\ufeff1\n\ufeff2"), LIMIT));
  assert.deepEqual(found.map(({ text }) => text), ["1", "\ufeff2"]);
});

test("refuses a line that is too long or no text, and goes on", async () => {
  const octets = new Uint8Array([...new TextEncoder().encode(`"${"x".repeat(LIMIT)}"\n`), 0xff, 10, 0x31]);
  const found = await all(linesOf(streamOf(octets), LIMIT));
  assert.deepEqual(found.map(({ number, problem, text }) => [number, problem ?? text]), [
    [1, `It must not be longer than ${LIMIT} bytes.`],
    [2, "It is not text in UTF-8."],
    [3, "1"],
  ]);
});

/** What the API does with lists of lines, as far as an import can tell. */
class Service {
  constructor({ refuses = () => null, room = Infinity } = {}) {
    Object.assign(this, { refuses, room });
    this.stored = new Map();
    this.keys = new Map();
    this.requests = 0;
    this.faults = [];
  }

  send = async (body, key) => {
    this.requests += 1;
    const fault = this.faults.shift();
    if (fault?.before) throw fault.problem;
    const answer = this.answer(body, key);
    if (fault) throw fault.problem;
    return answer;
  };

  answer(body, key) {
    const lines = body.split("\n");
    if (lines.some((line) => line.includes("poison"))) throw { status: 400, code: "malformed-request", detail: "No." };
    const known = this.keys.get(key) ?? new Map();
    this.keys.set(key, known);
    let refused = 0;
    const results = lines.map((line, index) => {
      if (known.has(index)) return { status: 201 };
      if (refused >= 100) return { status: 424, code: "not-attempted" };
      const problem = this.refuses(line) ?? this.taken(line);
      if (problem) {
        refused += 1;
        return problem;
      }
      return null;
    });
    const fitting = results.filter((result) => result === null).length;
    return { results: results.map((result, index) => result ?? this.store(lines[index], index, known, fitting)) };
  }

  taken(line) {
    const id = JSON.stringify(JSON.parse(line)._id);
    return this.stored.has(id) ? { status: 409, code: "document-exists", detail: "Taken.", indexes: ["_id_"] } : null;
  }

  store(line, index, known, fitting) {
    if (this.fits === undefined || index === 0) this.fits = this.stored.size + fitting <= this.room;
    if (!this.fits) return { status: 403, code: "limit-reached", detail: "Full." };
    known.set(index, true);
    this.stored.set(JSON.stringify(JSON.parse(line)._id), line);
    return { status: 201 };
  }
}

const waits = { wait: async () => {} };
const lines = (texts) => linesOf(streamOf(texts.join("\n"), 64 * 1024), LIMIT);

test("stores what it may, and tells of each line that it does not", async () => {
  const service = new Service({ refuses: (line) => (line.includes('"n":7,') ? { status: 422, code: "wrong", detail: "7." } : null) });
  const texts = Array.from({ length: 1200 }, (_, n) => `{"n":${n},"long":9007199254740993}`);
  texts[3] = '{"n":3,"n":4}';
  texts[4] = "";
  texts[5] = "[]";
  texts[6] = '{"poison":true}';
  const task = new Import(RUN, service.send, waits);
  await task.store(lines(texts));
  assert.equal(task.inserted, 1195);
  assert.deepEqual(task.refused.map(({ number, code }) => [number, code]), [
    [4, "malformed-line"],
    [6, "malformed-line"],
    [7, "malformed-request"],
    [8, "wrong"],
  ]);
  assert.equal(service.stored.size, 1195);
  assert.ok([...service.stored.values()].every((line) => line.includes("9007199254740993")));
  assert.equal(service.stored.get(`{"$oid":"${RUN}00000001"}`), `{"_id":{"$oid":"${RUN}00000001"},"n":0,"long":9007199254740993}`);
});

test("tries what was not attempted, until all has an outcome", async () => {
  const service = new Service({ refuses: (line) => (line.includes("bad") ? { status: 409, code: "document-exists", indexes: ["u"] } : null) });
  const texts = Array.from({ length: 500 }, (_, n) => (n % 2 ? `{"bad":${n}}` : `{"n":${n}}`));
  const task = new Import(RUN, service.send, waits);
  await task.store(lines(texts));
  assert.deepEqual([task.inserted, task.refused.length, service.stored.size], [250, 250, 250]);
});

test("stores nothing twice, whichever answers are lost and wherever it begins again", async () => {
  const texts = Array.from({ length: 1100 }, (_, n) => (n % 3 ? `{"n":${n}}` : `{"_id":${n}}`));
  const service = new Service();
  const offline = { status: 0, code: "offline" };
  service.faults = [{ problem: offline }, { before: true, problem: { status: 503, retryAfter: 2 } }, null, { problem: { status: 504 } }];
  const task = new Import(RUN, service.send, waits);
  await task.store(lines(texts));
  assert.deepEqual([task.inserted, task.refused.length, service.stored.size], [1100, 0, 1100]);
  const again = new Import(RUN, service.send, waits);
  await again.store(lines(texts));
  assert.deepEqual([again.inserted, again.refused.length, service.stored.size], [1100, 0, 1100]);
});

test("goes on behind the last batch after a stop", async () => {
  const texts = Array.from({ length: 1100 }, (_, n) => `{"n":${n}}`);
  const service = new Service();
  const controller = new AbortController();
  const task = new Import(RUN, service.send, { ...waits, onProgress: () => controller.abort() });
  await assert.rejects(task.store(lines(texts), controller.signal), { name: "AbortError" });
  assert.deepEqual([task.inserted, task.lastLine, service.stored.size], [500, 500, 500]);
  task.onProgress = () => {};
  await task.store(lines(texts), new AbortController().signal);
  assert.deepEqual([task.inserted, service.stored.size, service.requests], [1100, 1100, 3]);
});

test("stores again what an earlier attempt stored, and somebody has deleted", async () => {
  const keys = [];
  const send = async (body, key) => {
    keys.push(key);
    const spent = { status: 409, code: "idempotency-key-spent", detail: "Spent." };
    return { results: body.split("\n").map((line) => (keys.length === 1 && line.includes('"n":1') ? spent : { status: 201 })) };
  };
  const task = new Import(RUN, send, waits);
  await task.store(lines(['{"n":0}', '{"n":1}']));
  assert.deepEqual([task.inserted, task.refused.length, new Set(keys).size], [2, 0, 2]);
});

test("stops where there is no room for a line, with all before it stored", async () => {
  const service = new Service({ room: 123 });
  const task = new Import(RUN, service.send, waits);
  await assert.rejects(task.store(lines(Array.from({ length: 500 }, (_, n) => `{"n":${n}}`))), { code: "limit-reached" });
  assert.equal(service.stored.size, 123);
  service.room = Infinity;
  await task.store(lines(Array.from({ length: 500 }, (_, n) => `{"n":${n}}`)));
  assert.deepEqual([task.inserted, service.stored.size], [500, 500]);
});

test("stops if too many lines are refused", async () => {
  const task = new Import(RUN, new Service().send, waits);
  await assert.rejects(task.store(lines(Array(MAX_REFUSED + 1).fill("x"))), TooManyRefused);
});

test("stops at once at a problem that no repetition solves", async () => {
  const service = new Service();
  service.faults = [{ before: true, problem: { status: 403, code: "role-too-low" } }];
  await assert.rejects(new Import(RUN, service.send, waits).store(lines(['{"a":1}'])), { code: "role-too-low" });
  assert.equal(service.requests, 1);
});

test("waits as long as the service asks for, or longer each time", async () => {
  const problems = [{ status: 429, retryAfter: 7 }, { status: 0 }, { status: 503 }, { status: 409, code: "request-in-flight", retryAfter: 1 }];
  const waited = [];
  const outcome = await patiently(
    async () => {
      const problem = problems.shift();
      if (problem) throw problem;
      return "done";
    },
    { wait: async (seconds) => void waited.push(seconds) },
  );
  assert.deepEqual([outcome, waited], ["done", [7, 2, 4, 1]]);
});
