import assert from "node:assert/strict";
import { test } from "node:test";

import { editable, idInPath, shortened, summary, typeOf } from "../../../layers/common/console/documents/extended_json.js";
import { MAX_DEPTH, NotJson, parse, stringText, write } from "../../../layers/common/console/documents/json.js";
import { visible } from "../../../layers/common/console/texts.js";

const texts = [
  '{"__proto__":{"a":1},"constructor":{"prototype":null},"toString":"x"}',
  '{"b":1,"10":2,"2":3,"":4}',
  '{"long":9007199254740993,"double":1.0,"small":1e-7,"zero":-0.0,"huge":12345678901234567890123}',
  '[true,false,null,"",[],{},"\\"\\\\\\n"]',
];

for (const text of texts) test(`keeps ${text}`, () => assert.equal(write(parse(text)).text, text));

test("keeps whatever is generated, indented or not", () => {
  let state = 7;
  const random = (below) => (state = (state * 48271) % 2147483647) % below;
  const names = ["__proto__", "constructor", "1", "0", "a", "$b", "", "\u202e", "\ud83d\ude00", 'x"y\\', "hasOwnProperty"];
  const value = (depth) => {
    const kind = random(depth ? 6 : 4);
    if (kind === 0) return stringText(names[random(names.length)].repeat(random(3)));
    if (kind === 1) return ["-0", "0.10", "1E+5", "9223372036854775807", "-1.5e-300"][random(5)];
    if (kind === 2) return ["true", "false", "null"][random(3)];
    if (kind === 3) return `{"$numberDecimal":"${random(1000)}.10"}`;
    if (kind === 4) return `[${Array.from({ length: random(4) }, () => value(depth - 1)).join(",")}]`;
    const chosen = new Set(Array.from({ length: random(5) }, () => names[random(names.length)]));
    return `{${[...chosen].map((name) => `${stringText(name)}:${value(depth - 1)}`).join(",")}}`;
  };
  for (let example = 0; example < 500; example += 1) {
    const text = value(5);
    assert.equal(write(parse(text)).text, text);
    assert.equal(write(parse(write(parse(text), { indented: true }).text)).text, text);
  }
});

const wrong = {
  '{"a":1,"a":2}': /two members of the same name/,
  '{"a":1,}': /no name/,
  "[1 2]": /no comma/,
  "[01]": /no comma/,
  NaN: /no value/,
  '"\\ud800"': /lone surrogate/,
  '"a\nb"': /control character/,
  '"\\x"': /backslash/,
  '"a': /does not end/,
  "{} {}": /goes on/,
  "\ufeff{}": /byte order mark/,
  "": /value is missing/,
  [`${"[".repeat(MAX_DEPTH + 1)}`]: /nested too deeply/,
  [`${"[".repeat(1_000_000)}`]: /nested too deeply/,
};
for (const [text, message] of Object.entries(wrong)) {
  test(`refuses ${text.slice(0, 20)}`, () => assert.throws(() => parse(text), { name: NotJson.name, message }));
}

test("says where it is wrong", () => {
  assert.throws(() => parse('{\n  "a": ?\n}'), { line: 2, column: 8 });
});

test("reads a string that ends behind backslashes, and megabytes of them, in time", () => {
  assert.equal(parse('"\\\\\\\\"').value, "\\\\");
  assert.throws(() => parse('"\\\\\\"'), /does not end/);
  const started = performance.now();
  assert.equal(parse(`"${"\\\\".repeat(2_500_000)}"`).value.length, 2_500_000);
  assert.equal(parse(`"${'\\"'.repeat(2_500_000)}"`).value.length, 2_500_000);
  assert.ok(performance.now() - started < 30_000);
});

test("shows what hides, and means the same", () => {
  const hostile = "\u202eevil\u2066\u0000\u200b\ufeff\ufffd\u{e0041}\u0085";
  assert.equal(stringText(hostile), '"\\u202eevil\\u2066\\u0000\\u200b\\ufeff\\ufffd\\udb40\\udc41\\u0085"');
  assert.equal(JSON.parse(stringText(hostile)), hostile);
  assert.equal(visible("می\u200cخواهم 👩\u200d💻"), "می\u200cخواهم 👩\u200d💻");
  assert.equal(visible("a\nb"), "a\\u000ab");
});

test("looks at no more of a value than its limit shows", () => {
  let looks = 0;
  const number = { kind: "number", text: "1" };
  const items = new Proxy(Array(100_000).fill(number), { get: (target, name) => ((looks += /^[0-9]+$/.test(String(name))), target[name]) });
  assert.equal(write({ kind: "array", items }, { limit: 50 }).text.length, 50);
  assert.ok(looks <= 50, looks);
  assert.deepEqual(write(parse("[1]"), { limit: 3 }), { text: "[1]", isAll: true });
  const long = parse(JSON.stringify({ a: "x".repeat(5_000_000), b: Array(100_000).fill(1) }));
  assert.deepEqual([write(long, { limit: 50 }).isAll, summary(long, 80).text.length], [false, 80]);
});

const short = {
  '{"$numberInt":"5"}': "5",
  '{"$numberInt":"-0"}': '{"$numberInt":"-0"}',
  '{"$numberLong":"5"}': '{"$numberLong":"5"}',
  '{"$numberLong":"2147483647"}': '{"$numberLong":"2147483647"}',
  '{"$numberLong":"2147483648"}': "2147483648",
  '{"$numberLong":"-9223372036854775808"}': "-9223372036854775808",
  '{"$numberDouble":"5.0"}': "5.0",
  '{"$numberDouble":"-0.0"}': "-0.0",
  '{"$numberDouble":"5"}': '{"$numberDouble":"5"}',
  '{"$numberDouble":"1e+16"}': "1e+16",
  '{"$numberDouble":"NaN"}': '{"$numberDouble":"NaN"}',
  '{"$date":{"$numberLong":"0"}}': '{"$date":"1970-01-01T00:00:00Z"}',
  '{"$date":{"$numberLong":"1"}}': '{"$date":"1970-01-01T00:00:00.001Z"}',
  '{"$date":{"$numberLong":"-1"}}': '{"$date":{"$numberLong":"-1"}}',
  '{"$date":{"$numberLong":"253402300800000"}}': '{"$date":{"$numberLong":"253402300800000"}}',
  '{"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"04"}}': '{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"}', // pragma: allowlist secret
  '{"$numberDecimal":"1.10"}': '{"$numberDecimal":"1.10"}',
  '{"__proto__":[{"$numberInt":"1"}]}': '{"__proto__":[1]}',
};
for (const [canonical, text] of Object.entries(short)) {
  test(`shortens ${canonical}`, () => assert.equal(write(shortened(parse(canonical))).text, text));
}

test("writes values of a type on one line, and everything else on its own", () => {
  const value = parse('{"_id":{"$oid":"00112233445566778899aabb"},"tags":["a",{"x":{"$numberInt":"1"}}],"none":{}}');
  assert.equal(
    editable(value).text,
    '{\n  "_id": {"$oid": "00112233445566778899aabb"},\n  "tags": [\n    "a",\n    {\n      "x": 1\n    }\n  ],\n  "none": {}\n}',
  );
});

test("names types, and summarizes values", () => {
  const of = (text) => {
    const { type, text: shown } = summary(parse(text), 40);
    return [type, shown];
  };
  assert.deepEqual(of('{"$oid":"00112233445566778899aabb"}'), ["objectId", "00112233445566778899aabb"]);
  assert.deepEqual(of('{"$date":{"$numberLong":"0"}}'), ["date", "1970-01-01T00:00:00Z"]);
  assert.deepEqual(of('{"$numberLong":"5"}'), ["long", "5"]);
  assert.deepEqual(of('{"$binary":{"base64":"AAE=","subType":"00"}}'), ["binary", "2 bytes"]);
  assert.deepEqual(of('{"$regularExpression":{"pattern":"^a","options":"i"}}'), ["regex", "/^a/i"]);
  assert.deepEqual(of('{"$date":{"$numberLong":"-5"}}'), ["date", '{"$date":{"$numberLong":"-5"}}']);
  assert.deepEqual(of('{"constructor":{"$numberInt":"1"}}'), ["object", '{"constructor":1}']);
  assert.equal(typeOf(parse('{"hasOwnProperty":1}')), "object");
});

test("puts ids into paths as the API does", () => {
  const paths = {
    '{"$oid":"00112233445566778899aabb"}': "00112233445566778899aabb",
    '"milk.1"': "milk.1",
    '".."': "~Ii4uIg",
    '"00112233445566778899aabb"': "~IjAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFiYiI",
    '{"$numberInt":"5"}': "~eyIkbnVtYmVySW50IjoiNSJ9",
    '"é/?"': "~IsOpLz8i",
  };
  for (const [id, path] of Object.entries(paths)) assert.equal(idInPath(parse(id)), path);
});
