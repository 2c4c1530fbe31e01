import assert from "node:assert/strict";
import { test } from "node:test";

import { objectOf } from "../../../layers/common/console/views/operator/objects.js";

test("a number that JavaScript would change, or send as null, which removes what it is given to, is refused", () => {
  for (const number of ["9007199254740993", "1e400", "-1e400"]) {
    assert.equal(objectOf(`{"a": ${number}}`), null, number);
  }
  assert.deepEqual(objectOf('{"a": 0.5, "b": -9007199254740991, "c": null, "d": true, "e": "1e400"}'), {
    a: 0.5, b: -9007199254740991, c: null, d: true, e: "1e400",
  });
});
