import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./page.mjs";

const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
Object.assign(globalThis.document, {
  addEventListener: page.addEventListener.bind(page),
});
Object.defineProperty(globalThis.document, "visibilityState", { get: () => page.visibilityState });
const { HIDDEN, repeating } = await load("repeating.js");

const settled = () => new Promise((resolve) => setImmediate(resolve));

function show(state) {
  page.visibilityState = state;
  page.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => show("visible"));

test("it loads at once and after each interval, a problem keeps it going", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const found = [];
  const answers = [async () => 1, async () => Promise.reject(new Error("away")), async () => 3];
  const { stop } = repeating(() => answers.shift()(), 2, (answer) => found.push(answer.problem?.message ?? answer.data));
  context.after(stop);
  await settled();
  assert.deepEqual(found, [1]);
  context.mock.timers.tick(1_999);
  await settled();
  assert.deepEqual(found, [1]);
  for (const _ of [1, 2]) {
    context.mock.timers.tick(2_000);
    await settled();
  }
  assert.deepEqual(found, [1, "away", 3]);
});

test("a hidden page loads more seldom, and at once when it is seen again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let count = 0;
  show("hidden");
  const { stop } = repeating(async () => ++count, 2, () => {});
  context.after(stop);
  await settled();
  context.mock.timers.tick(2_000 * HIDDEN - 1);
  await settled();
  assert.equal(count, 1);
  context.mock.timers.tick(1);
  await settled();
  assert.equal(count, 2);
  show("visible");
  await settled();
  assert.equal(count, 3);
  context.mock.timers.tick(2_000);
  await settled();
  assert.equal(count, 4);
});

test("one request is under way at a time, and what it may have missed is loaded behind it", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const waiting = [];
  const { look, stop } = repeating(() => new Promise((resolve) => waiting.push(resolve)), 2, () => {});
  context.after(stop);
  look();
  look();
  assert.equal(waiting.length, 1);
  waiting[0]();
  await settled();
  context.mock.timers.tick(0);
  await settled();
  assert.equal(waiting.length, 2);
});

test("nothing is told or loaded once it is stopped", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let count = 0;
  const { stop } = repeating(async (signal) => (count++, signal), 2, () => assert.fail("told"));
  stop();
  await settled();
  context.mock.timers.tick(100_000);
  show("visible");
  await settled();
  assert.equal(count, 1);
});
