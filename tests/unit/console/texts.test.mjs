import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./page.mjs";

const { hrefOf, parse } = await load("router.js");
const { mistakes, patchOf, rowsOf } = await load("views/settings/metadata-rows.js");
const { explain, visible } = await load("texts.js");
const { addViews, suffices, viewOf } = await load("views.js");

test("a route is read as it was written, whatever its parts and parameters hold", () => {
  for (const hostile of ["a b", "a/b", "ü%", "a?b=c#d", "__proto__", "\u202eevil", '{"$gt":1}', "&=+"]) {
    const { path, parts, query } = parse(hrefOf(`/documents/${encodeURIComponent(hostile)}`, { filter: hostile, sort: "", page: null }));
    assert.deepEqual(parts, ["documents", hostile]);
    assert.deepEqual({ ...query }, { filter: hostile });
    assert.equal(parse(hrefOf(path)).path, path);
  }
  assert.deepEqual(parse("").parts, []);
  assert.deepEqual(parse("#/%E0%A4%A").parts, ["%E0%A4%A"]);
  assert.equal(parse("#/a\ud800").path, "/a%EF%BF%BD");
});

test("a route has the view with the longest path, and the operator's views are the operator's", async () => {
  assert.equal(viewOf([], false).path, "/");
  assert.equal(viewOf(["settings", "x"], false).path, "/settings");
  assert.equal(viewOf(["nowhere"], false), undefined);
  assert.equal(viewOf([], true), undefined);
  addViews((await load("views/operator.js")).VIEWS);
  assert.equal(viewOf([], true).title, "Status");
  assert.equal(viewOf([], false).title, "Overview");
  assert.equal(viewOf(["settings"], true), undefined);
  assert.equal(viewOf(["plans"], false), undefined);
  assert.equal(suffices("admin", "editor"), true);
  assert.equal(suffices("viewer", "editor"), false);
  assert.equal(suffices(null, "viewer"), false);
  assert.equal(suffices("constructor", "viewer"), false);
});

test("no character of a text is hidden, and emoji and scripts stay", () => {
  assert.equal(visible("a\u202eb\u0000\u200bc\u2066"), "a\\u202eb\\u0000\\u200bc\\u2066");
  for (const kept of ["Ünïcode", "日本語", "שלום", "👩\u200d🚀", "<b>x</b>", "क्\u200dष"]) assert.equal(visible(kept), kept);
});

test("a problem says when to come back", () => {
  assert.match(explain({ code: "too-many-requests", detail: "Slow down.", retryAfter: 1 }), /Slow down\. .*1 second\./);
  assert.match(explain({ code: "x", detail: "No.", retryAfter: 600 }), /10 minutes/);
  assert.match(explain(new TypeError("x is undefined")), /Reload/);
  assert.equal(typeof explain({ code: "constructor", detail: "No." }), "string");
});

test("metadata keep the digits of their numbers, and a patch has what changed alone", () => {
  const rows = rowsOf('{"id": 1, "metadata": {"big": 9007199254740993, "text": "1", "flag": true, "gone": "x"}}');
  assert.deepEqual(rows[0], { key: "big", type: "number", value: String(JSON.parse('"9007199254740993"')) });
  assert.equal(patchOf(rows, rows), null);
  const after = [rows[0], { ...rows[1], value: '"2' }, rows[2], { key: "__proto__", type: "number", value: "12345678901234567890" }];
  assert.equal(patchOf(rows, after), '{"metadata":{"gone":null,"text":"\\"2","__proto__":12345678901234567890}}');
  assert.deepEqual(Object.keys(mistakes([{ key: "a", type: "number", value: "1e" }, { key: "", type: "string", value: "" }, { key: "a", type: "string", value: "" }])), ["0", "1", "2"]);
  assert.deepEqual(mistakes([{ key: "n", type: "number", value: "-0.5e+3" }]), {});
});
