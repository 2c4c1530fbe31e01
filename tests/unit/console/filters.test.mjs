import assert from "node:assert/strict";
import { test } from "node:test";

import { conditionsOf, filterOf } from "../../../layers/common/console/documents/filters.js";

const both = {
  "": [],
  '{"a.b":{"$eq":"x"}}': [{ field: "a.b", operator: "$eq", type: "string", text: "x" }],
  '{"__proto__":{"$ne":null}}': [{ field: "__proto__", operator: "$ne", type: "null", text: "" }],
  '{"n":{"$gte":9007199254740993,"$lt":1.50}}': [
    { field: "n", operator: "$gte", type: "number", text: "9007199254740993" },
    { field: "n", operator: "$lt", type: "number", text: "1.50" },
  ],
  '{"at":{"$lt":{"$date":"2026-12-01T09:00:00Z"}}}': [
    { field: "at", operator: "$lt", type: "date", text: "2026-12-01T09:00:00Z" },
  ],
  '{"_id":{"$in":[{"$oid":"00112233445566778899aabb"},5]}}': [
    { field: "_id", operator: "$in", type: "json", text: '[{"$oid":"00112233445566778899aabb"},5]' },
  ],
  '{"a":{"$exists":false},"b":{"$type":"long"},"c":{"$size":2}}': [
    { field: "a", operator: "$exists", type: "json", text: "false" },
    { field: "b", operator: "$type", type: "json", text: "long" },
    { field: "c", operator: "$size", type: "json", text: "2" },
  ],
  '{"a":{"$regex":"^x\\\\.","$options":"i"}}': [
    { field: "a", operator: "$regex", type: "json", text: "^x\\.", options: "i" },
  ],
  '{"d":{"$gt":{"$numberDecimal":"1.10"}},"e":{"$eq":{"x":{"$numberLong":"1"}}}}': [
    { field: "d", operator: "$gt", type: "decimal", text: "1.10" },
    { field: "e", operator: "$eq", type: "json", text: '{"x":{"$numberLong":"1"}}' },
  ],
  '{"a":{"$eq":{"$oid":"00112233445566778899aabb","b":1}}}': [
    { field: "a", operator: "$eq", type: "json", text: '{"$oid":"00112233445566778899aabb","b":1}' },
  ],
  '{"$and":[{"a":{"$eq":true}},{"a":{"$eq":false}}]}': [
    { field: "a", operator: "$eq", type: "boolean", text: "true" },
    { field: "a", operator: "$eq", type: "boolean", text: "false" },
  ],
};
for (const [text, conditions] of Object.entries(both)) {
  test(`reads and writes ${text}`, () => {
    assert.deepEqual(conditionsOf(text), conditions);
    assert.equal(filterOf(conditions), text);
  });
}

test("reads a value without an operator as one that is equal", () => {
  assert.deepEqual(conditionsOf('{"a": {"$oid":"00112233445566778899aabb"}, "b": {"c": 1}}'), [
    { field: "a", operator: "$eq", type: "objectId", text: "00112233445566778899aabb" },
    { field: "b", operator: "$eq", type: "json", text: '{"c":1}' },
  ]);
});

const more = [
  '{"$or":[{"a":1}]}',
  '{"a":{"$not":{"$gt":1}}}',
  '{"a":{"$elemMatch":{"b":1}}}',
  '{"a":{"$in":5}}',
  '{"a":{"$regex":{"$regularExpression":{"pattern":"a","options":""}}}}',
  '{"a":{"$options":"i"}}',
  '{"a":{"$constructor":1}}',
  '{"a":{"$exists":1}}',
  "[]",
  "{",
];
for (const text of more) test(`has no form for ${text}`, () => assert.equal(conditionsOf(text), null));

const wrong = [
  { field: "", operator: "$eq", type: "string", text: "" },
  { field: "a", operator: "$eq", type: "number", text: "five" },
  { field: "a", operator: "$eq", type: "number", text: "1,2" },
  { field: "a", operator: "$eq", type: "date", text: "2026-12-01" },
  { field: "a", operator: "$eq", type: "objectId", text: "00" },
  { field: "a", operator: "$eq", type: "boolean", text: "null" },
  { field: "a", operator: "$eq", type: "json", text: "{" },
  { field: "a", operator: "$in", type: "json", text: "5" },
  { field: "a", operator: "$size", type: "json", text: "1.5" },
];
for (const condition of wrong) {
  test(`says that ${JSON.stringify(condition)} is wrong`, () => {
    const right = { field: "b", operator: "$eq", type: "null", text: "" };
    assert.throws(() => filterOf([right, condition]), { index: 1 });
  });
}
