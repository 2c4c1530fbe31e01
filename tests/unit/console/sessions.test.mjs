import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { load, refusal, serve } from "./page.mjs";

document.querySelector = () => null; // the page is not the operator's

const storage = new Map(); // what all tabs of the browser share
const listeners = {};
globalThis.addEventListener = (type, listener) => (listeners[type] = listener);
Object.defineProperty(globalThis, "localStorage", {
  value: {
    getItem: (key) => storage.get(key) ?? null,
    setItem: (key, value) => storage.set(key, value),
    removeItem: (key) => storage.delete(key),
  },
});

const { request } = await load("api.js");
const { login } = await load("logins.js");
const { end, leave, logout, reload, session, start } = await load("session.js");
const { grant } = await load("tokens.js");
const { toast, toasts } = await load("components/toast.js");

const GOOGLE = { id: "org_1", name: "Google", slug: "google", role: "owner", state: "active", suspended: false };
const ACCOUNT = { id: "acct_1", email: "ada@example.com", verified: true, created_at: "", organizations: [GOOGLE] };
const TOKEN = tokenOf(ACCOUNT);
const NEXT_ACCOUNT = { ...ACCOUNT, id: "acct_2", email: "bob@example.com" };
const SESSION = "tenantry/v1/session";

function tokenOf({ id }) {
  return { access_token: `x.${btoa(JSON.stringify({ sub: id }))}.x`, expires_in: 900, organization: GOOGLE };
}

function answer({ method, path }) {
  if (method === "DELETE") return refusal(401, "login-too-old");
  return path === "logout" ? { status: 204 } : { body: path === "account" ? ACCOUNT : TOKEN };
}

beforeEach(async () => {
  serve(answer);
  await login("ada@example.com", "a password");
  assert.equal(session.get().state, "in");
});

test("what waits for the password ends with the session, so that the next person is not asked for it", { timeout: 5000 }, async () => {
  const requests = serve(answer);
  const waiting = assert.rejects(request("DELETE", "account"), { code: "login-too-old" });
  await new Promise((resolve) => setImmediate(resolve));
  end();
  await waiting;
  assert.equal(requests.length, 1);
});

test("messages, and what they would repeat, end with the session", async () => {
  toast(new Error("It failed"), { retry: () => assert.fail("repeated for another account") });
  assert.equal(toasts.get().length, 1);
  await logout();
  assert.deepEqual(toasts.get(), []);
});

test("an account that is read while somebody logs out is shown no more", async () => {
  let readAccount;
  serve((sent) => (sent.path === "account" ? new Promise((resolve) => (readAccount = () => resolve({ body: ACCOUNT }))) : answer(sent)));
  const reading = reload();
  await new Promise((resolve) => setImmediate(resolve));
  await logout();
  readAccount();
  await reading;
  assert.equal(session.get().state, "out");
  assert.equal(session.get().account, null);
});

test("a link of a mail that changes a password ends whatever session the browser has, and says why also where it has ended", async () => {
  for (const refused of [false, true]) {
    await login("ada@example.com", "a password");
    const requests = serve((sent) => (refused ? refusal(401, "invalid-refresh-token") : answer(sent)));
    leave("password");
    await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepEqual(requests.map(({ path, headers }) => [path, headers.get("X-Refresh-Token")]), [["logout", "cookie"]]);
    assert.deepEqual([session.get().state, session.get().reason], ["out", "password"]);
    serve(answer);
  }
});

/** Another tab logs out, which this one hears of unless the browser has put it aside. */
function logOutElsewhere({ isHeard }) {
  storage.delete(SESSION);
  if (isHeard) {
    listeners.storage({ key: SESSION, newValue: null });
  }
}

/** What comes of answers that wait for nothing. */
function settled() {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

test("a page that was put aside shows nothing of its session once another tab has logged somebody else in", async () => {
  logOutElsewhere({ isHeard: false });
  storage.set(SESSION, "the login of the next account");
  serve((sent) => (sent.path === "account" ? { body: NEXT_ACCOUNT } : { body: tokenOf(NEXT_ACCOUNT) }));
  listeners.pageshow({ persisted: true });
  assert.deepEqual([session.get().state, session.get().account, grant.get()], ["starting", null, null]);
  await settled();
  assert.equal(session.get().account.email, NEXT_ACCOUNT.email);
  listeners.pageshow({ persisted: true });
  assert.equal(session.get().state, "in");
});

test("a page that was put aside goes on in its session, and says that it has ended once another tab has ended it", async () => {
  const requests = serve(answer);
  listeners.pageshow({ persisted: true });
  assert.equal(session.get().state, "in");
  logOutElsewhere({ isHeard: false });
  listeners.pageshow({ persisted: false });
  assert.equal(session.get().state, "in");
  listeners.pageshow({ persisted: true });
  assert.deepEqual([session.get().state, session.get().reason, grant.get()], ["out", "ended", null]);
  assert.equal(requests.length, 0);
});

for (const slow of ["login/refresh", "account"]) {
  test(`a page that asks for ${slow} while another tab logs out does not show the session that has ended`, async () => {
    let goOn;
    const waiting = new Promise((resolve) => (goOn = resolve));
    serve(async (sent) => {
      if (sent.path === slow) await waiting;
      return answer(sent);
    });
    const starting = start();
    await settled();
    assert.equal(session.get().state, "starting");
    logOutElsewhere({ isHeard: true });
    goOn();
    await starting;
    assert.deepEqual([session.get().state, session.get().reason, grant.get()], ["out", "ended", null]);
  });
}

test("a browser that keeps nothing is logged in all the same, as long as the page is open", async (context) => {
  end();
  context.mock.method(localStorage, "setItem", () => assert.fail("no room"));
  await login("ada@example.com", "a password");
  await reload();
  assert.equal(session.get().state, "in");
});
