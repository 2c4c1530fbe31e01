import assert from "node:assert/strict";
import { test } from "node:test";

import { BLANK, bodyOf, changesSomething, mistakes } from "../../../layers/common/console/views/operator/rollouts/body.js";

const INDEX = { name: "by-date", keys: [{ field: "at", order: -1 }], unique: true, partial: false };

test("a form is the body that a file of the command line has", () => {
  const values = {
    ...BLANK, name: " orders ", indexes: [INDEX], rule: '{"n": 9007199254740993}\n', level: "moderate",
    kind: "collection", prefix: " acme ", ids: "org_1,\norg_2", first: "org_1 org_3", behind: "check", parallel: "8",
  };
  const body = bodyOf(values);
  assert.ok(body.includes('"rule":{"n": 9007199254740993}'), body);
  assert.deepEqual(JSON.parse(body), {
    name: "orders",
    organizations: { ids: ["org_1", "org_2"], kind: "collection", prefix: "acme" },
    indexes: [INDEX],
    validator: { rule: JSON.parse('{"n": 9007199254740993}'), level: "moderate", action: "error" },
    canary: JSON.parse('{"organizations": ["org_1", "org_3"], "then": "check"}'),
    parallel: 8,
    max_failures: 10,
  });
});

test("what is empty is left out", () => {
  const body = JSON.parse(bodyOf({ ...BLANK, name: "all", indexes: [INDEX], first: "" }));
  assert.deepEqual(Object.keys(body), ["name", "organizations", "indexes", "parallel", "max_failures"]);
  assert.deepEqual(body.organizations, {});
  assert.equal(JSON.parse(bodyOf({ ...BLANK, name: "all", first: " 5 " })).canary.organizations, 5);
});

test("what cannot be sent is said beside its field, and no rule reaches beyond its place", () => {
  for (const rule of ["{", "[]", '"$where"', '{"a":1},"name":{"b":1}', '{"a":1,"a":2}', "{} {}"]) {
    assert.deepEqual(Object.keys(mistakes({ ...BLANK, rule })), ["rule"], rule);
  }
  assert.deepEqual(Object.keys(mistakes({ ...BLANK, parallel: "1.5", max_failures: "" })), ["parallel", "max_failures"]);
  assert.deepEqual(mistakes({ ...BLANK, rule: " \n" }), {});
  assert.equal(changesSomething(BLANK), false);
  assert.equal(changesSomething({ ...BLANK, rule: "{}" }), true);
});
