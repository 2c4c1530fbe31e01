import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { load, refusal, serve } from "./page.mjs";

document.querySelector = () => null; // the page is not the operator's

const { request } = await load("api.js");
const { login } = await load("logins.js");
const { end, leave, logout, reload, session } = await load("session.js");
const { toast, toasts } = await load("components/toast.js");

const GOOGLE = { id: "org_1", name: "Google", slug: "google", role: "owner", state: "active", suspended: false };
const ACCOUNT = { id: "acct_1", email: "ada@example.com", verified: true, created_at: "", organizations: [GOOGLE] };
const TOKEN = { access_token: `x.${btoa(JSON.stringify({ sub: ACCOUNT.id }))}.x`, expires_in: 900, organization: GOOGLE };

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
