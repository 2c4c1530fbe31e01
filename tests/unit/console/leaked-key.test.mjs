import assert from "node:assert/strict";
import { test } from "node:test";

import { leakedKey } from "../../../layers/common/console/views/operator/leaked-key.js";

const ID = `key_${"0f".repeat(16)}`;
const KEY = `tk_${"0f".repeat(16)}${"aZ9".repeat(16)}0`;

test("an id alone may stand in a URL", () => {
  assert.deepEqual(leakedKey(` ${ID}\n`), { id: ID });
});

test("everything that may be or have a key does not", () => {
  for (const text of [KEY, `Bearer ${KEY}`, `KEY=${KEY}`, `"${KEY}"`, `key_${KEY}`, `${ID} ${KEY}`]) {
    assert.deepEqual(leakedKey(text), { key: KEY }, text);
  }
  assert.deepEqual(leakedKey(` key_${KEY.slice(3)} `), { key: `key_${KEY.slice(3)}` });
});
