/** One login, many callers: who refreshes, and with which token. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tenantry } from "tenantry-client";
import { client, coded, GOOGLE, problem, Sessions } from "./service.js";

const CALLERS = 8;

function askAtOnce(tenantry: Tenantry): Promise<string[]> {
  const calls = Array.from({ length: CALLERS }, () => tenantry.call("getOrganization", GOOGLE));
  return Promise.all(calls.map(async (call) => (await call).slug));
}

test("a token near its end is replaced once for all callers", async (context) => {
  const sessions = new Sessions();
  const kept: string[] = [];
  const options = { onRefreshToken: (token: string) => void kept.push(token) };
  const { tenantry } = await client(context, sessions.answer, options);
  sessions.expiresIn = 20;
  await tenantry.logIn("ada@example.com", "secret");
  sessions.expiresIn = 900;
  assert.deepEqual(await askAtOnce(tenantry), Array(CALLERS).fill("google"));
  assert.deepEqual(sessions.refreshes, ["refresh-1"]);
  assert.deepEqual(kept, ["refresh-1", "refresh-2"]);
});

test("a token that is refused is replaced once for all callers, the late ones as well", async (context) => {
  const sessions = new Sessions();
  let refused = 0;
  const { tenantry } = await client(
    context,
    async (asked) => {
      const reply = sessions.answer(asked);
      if (reply?.status === 401 && ++refused === CALLERS) {
        while (sessions.refreshes.length < 2) {
          await new Promise(setImmediate); // the last caller is refused behind the others' refresh
        }
      }
      return reply;
    },
    { refreshToken: "refresh-1" },
  );
  await tenantry.call("getOrganization", GOOGLE);
  sessions.number += 1; // as if another process had refreshed: the access token here is dead
  assert.deepEqual(await askAtOnce(tenantry), Array(CALLERS).fill("google"));
  assert.deepEqual(sessions.refreshes, ["refresh-1", "refresh-2"]);
});

test("a refresh without an answer repeats the same token", async (context) => {
  const sessions = new Sessions();
  sessions.lost.add(1).add(2);
  const { tenantry, waits } = await client(context, sessions.answer, { refreshToken: "refresh-1" });
  await tenantry.call("getOrganization", GOOGLE);
  assert.deepEqual(sessions.refreshes, ["refresh-1", "refresh-1", "refresh-1"]);
  assert.equal(tenantry.tokens?.refreshToken, "refresh-2");
  assert.equal(waits.length, 2);
});

test("a refresh that fails is told to all who wait for it, and is tried again by the next", async (context) => {
  const sessions = new Sessions();
  let [isDown, asked] = [true, 0];
  const { tenantry } = await client(
    context,
    (request) => {
      asked += 1;
      return isDown ? problem(503, "service-unavailable", { "Retry-After": "60" }) : sessions.answer(request);
    },
    { refreshToken: "refresh-1" },
  );
  const calls = [tenantry.call("getOrganization", GOOGLE), tenantry.call("getOrganization", GOOGLE)];
  for (const call of await Promise.allSettled(calls)) {
    assert.ok(call.status === "rejected" && coded("service-unavailable")(call.reason));
  }
  assert.equal(asked, 1);
  isDown = false;
  assert.equal((await tenantry.call("getOrganization", GOOGLE)).slug, "google");
  assert.deepEqual(sessions.refreshes, ["refresh-1"]);
});

test("a session that has ended is told, and not asked for again", async (context) => {
  const sessions = new Sessions();
  const { tenantry } = await client(context, sessions.answer, { refreshToken: "refresh-of-another-session" });
  await assert.rejects(tenantry.call("getOrganization", GOOGLE), coded("invalid-refresh-token"));
  await assert.rejects(tenantry.call("getOrganization", GOOGLE), coded("invalid-token"));
  assert.equal(sessions.refreshes.length, 1);
  assert.equal(tenantry.tokens, null);
});

test("a login takes the place of another, whose refresh is under way", async (context) => {
  const sessions = new Sessions();
  let isRefreshing = (): void => undefined;
  const refreshing = new Promise<void>((resolve) => (isRefreshing = resolve));
  const { tenantry } = await client(
    context,
    async (asked) => {
      if (asked.path !== "/login/refresh") {
        return sessions.answer(asked);
      }
      isRefreshing();
      await new Promise((resolve) => setTimeout(resolve, 50)); // longer than the login takes
      return { status: 200, content: { access_token: "old", refresh_token: "old", expires_in: 900 } };
    },
    { refreshToken: "refresh-of-another-session" },
  );
  const call = tenantry.call("getOrganization", GOOGLE);
  await refreshing;
  await tenantry.logIn("ada@example.com", "secret");
  assert.equal(tenantry.tokens?.refreshToken, "refresh-1");
  assert.equal((await call).slug, "google");
});

test("a login ends, and a key is never refreshed", async (context) => {
  const sessions = new Sessions();
  const { tenantry } = await client(context, sessions.answer);
  await tenantry.logIn("ada@example.com", "secret");
  await tenantry.logOut();
  const { tenantry: withKey } = await client(context, sessions.answer, { apiKey: "tk_example" });
  for (const caller of [tenantry, withKey]) {
    await assert.rejects(caller.call("getOrganization", GOOGLE), coded("invalid-token"));
  }
  assert.deepEqual(sessions.refreshes, []);
});
