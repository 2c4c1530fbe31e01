import assert from "node:assert/strict";
import { test } from "node:test";

import "./page.mjs";

import { compare, folded, isSameDocument } from "../../../layers/common/console/documents/differences.js";
import { exportDocuments, pageOf } from "../../../layers/common/console/documents/exporting.js";
import { parse } from "../../../layers/common/console/documents/json.js";

const marked = (sent, stored) =>
  compare(parse(sent), parse(stored)).filter((row) => row.differs).map((row) => [row.sent?.trim() ?? null, row.stored?.trim() ?? null]);

test("marks what differs, and nothing else", () => {
  assert.deepEqual(marked('{"a":1,"b":{"c":[1,2]}}', '{"a":1,"b":{"c":[1,2]}}'), []);
  assert.deepEqual(marked('{"a":1,"b":2}', '{"a":1,"b":3,"c":4}'), [['"b": 2,', '"b": 3,'], [null, '"c": 4,']]);
  assert.deepEqual(marked('{"t":["a","b","c"]}', '{"t":["x","a","b","c"]}'), [[null, '"x",']]);
  assert.deepEqual(marked('{"t":[{"n":1},{"n":2}]}', '{"t":[{"n":1},{"n":3}]}'), [['"n": 2,', '"n": 3,']]);
  assert.deepEqual(marked('{"a":{"$numberLong":"1"}}', '{"a":{"$numberInt":"1"}}'), [['"a": {"$numberLong": "1"},', '"a": 1,']]);
  assert.deepEqual(marked('{"__proto__":1,"10":2}', '{"10":2}'), [['"__proto__": 1,', null]]);
  assert.deepEqual(marked('{"a":[]}', '{"a":{}}'), [['"a": [', '"a": {'], ["],", "},"]]);
});

test("marks fields in another order, which MongoDB keeps", () => {
  assert.equal(isSameDocument(parse('{"a":1,"b":2}'), parse('{"b":2,"a":1}')), false);
  assert.notDeepEqual(marked('{"a":1,"b":2}', '{"b":2,"a":1}'), []);
  assert.equal(isSameDocument(parse('{"a":{"$numberInt":"1"},"_id":1}'), parse('{"_id":1,"a":1}')), true);
});

test("leaves out lines far from a difference", () => {
  const members = Array.from({ length: 100 }, (_, n) => `"f${n}":${n}`).join(",");
  const rows = folded(compare(parse(`{${members}}`), parse(`{${members.replace(":50", ":51")}}`)), 2);
  assert.deepEqual(rows.map((row) => row.omitted ?? row.sent.trim()), [49, '"f48": 48,', '"f49": 49,', '"f50": 50,', '"f51": 51,', '"f52": 52,', 48]);
});

test("exports the octets of each document, page by page, and goes on after a problem", async () => {
  const pages = [
    '{"documents":[{"_id":1,"n":{"$numberLong":"5"}},{ "__proto__" : "é" }],"next_cursor":"c"}',
    '{"documents":[],"next_cursor":null}',
  ];
  assert.deepEqual(pageOf(pages[0]).documents.map(({ text }) => text), ['{"_id":1,"n":{"$numberLong":"5"}}', '{ "__proto__" : "é" }']);
  const cursors = [];
  const written = [];
  const problems = [{ status: 503, retryAfter: 1 }];
  const count = await exportDocuments(
    async (cursor) => {
      const problem = problems.pop();
      if (problem) throw problem;
      cursors.push(cursor);
      return pages[cursors.length - 1];
    },
    async (lines) => void written.push(lines),
    { wait: async () => {} },
  );
  assert.deepEqual([count, cursors], [2, [null, "c"]]);
  assert.equal(written.join(""), '{"_id":1,"n":{"$numberLong":"5"}}\n{ "__proto__" : "é" }\n');
  const controller = new AbortController();
  const stopped = exportDocuments(async () => pages[0], async () => controller.abort(), { signal: controller.signal });
  await assert.rejects(stopped, { name: "AbortError" });
});
