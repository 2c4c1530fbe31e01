import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./page.mjs";

const { askBeforeLeaving, mayLeave } = await load("router.js");

test("somebody who may leave, but then could not, is asked again the next time", () => {
  const questions = [];
  globalThis.window.confirm = (question) => questions.push(question) > 1;
  askBeforeLeaving(() => true, "Leave?");
  assert.deepEqual([mayLeave(), mayLeave(), mayLeave()], [false, true, true]);
  assert.deepEqual(questions, ["Leave?", "Leave?", "Leave?"]);
  askBeforeLeaving(() => false);
  assert.equal(mayLeave(), true);
  assert.equal(questions.length, 3);
});
