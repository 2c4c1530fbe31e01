import assert from "node:assert/strict";
import test from "node:test";

import { load, refusal, serve } from "./page.mjs";

const { request, whenRefused } = await load("api.js");
const tokens = await load("tokens.js");
const { segment } = await load("http.js");
const GOOGLE = { id: "org_1" };

function logIn(token, organization = GOOGLE, seconds = 900) {
  tokens.take({ access_token: token, expires_in: seconds, organization });
}

function tokenOf({ headers }) {
  return headers.get("Authorization");
}

test("ten requests with a token that is refused share one refresh, and are each sent once more", async () => {
  logIn("old");
  const requests = serve((sent) => {
    if (sent.path === "login/refresh") {
      return { body: { access_token: "next", expires_in: 900, organization: GOOGLE } };
    }
    return tokenOf(sent) === "Bearer next" ? { body: { path: sent.path } } : refusal(401, "invalid-token");
  });
  const answers = await Promise.all(Array.from({ length: 10 }, (_, number) => request("POST", `things/${number}`)));
  assert.deepEqual(answers.map(({ data }) => data.path), Array.from({ length: 10 }, (_, number) => `things/${number}`));
  assert.equal(requests.filter(({ path }) => path === "login/refresh").length, 1);
  assert.equal(requests.length, 21);
});

test("a token is replaced before its end, without a request that it is refused for", async () => {
  logIn("ending", GOOGLE, 10);
  const requests = serve(({ path }) =>
    path === "login/refresh" ? { body: { access_token: "fresh", expires_in: 900, organization: GOOGLE } } : { body: {} },
  );
  await Promise.all([request("GET", "one"), request("GET", "two")]);
  assert.deepEqual(requests.map(({ path }) => path), ["login/refresh", "one", "two"]);
  assert.deepEqual(requests.slice(1).map(tokenOf), ["Bearer fresh", "Bearer fresh"]);
});

test("a refresh that is refused ends the session, and the request fails", async () => {
  logIn("dead");
  serve(({ path }) => refusal(401, path === "login/refresh" ? "invalid-refresh-token" : "invalid-token"));
  await assert.rejects(request("GET", "account"), { code: "invalid-token" });
  assert.equal(tokens.grant.get(), null);
});

test("a refresh that the service cannot answer leaves the session as it is", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  logIn("dead");
  serve(({ path }) => (path === "login/refresh" ? refusal(503, "service-unavailable", { "Retry-After": "60" }) : refusal(401, "invalid-token")));
  await assert.rejects(request("POST", "things"), { code: "service-unavailable" });
  assert.equal(tokens.grant.get().accessToken, "dead");
});

test("a request is not sent to the organization that another tab has switched to", async () => {
  logIn("google");
  const requests = serve((sent) => {
    if (sent.path === "login/refresh") {
      return { body: { access_token: "amazon", expires_in: 900, organization: { id: "org_2" } } };
    }
    return refusal(401, "invalid-token");
  });
  await assert.rejects(request("DELETE", "organizations/org_1"), { code: "session-switched" });
  assert.equal(requests.filter(({ method }) => method === "DELETE").length, 1);
});

for (const status of [429, 503]) {
  test(`a GET is repeated after ${status}, when Retry-After has passed`, async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    logIn("token");
    let count = 0;
    serve(() => (++count < 3 ? refusal(status, "busy", { "Retry-After": "7" }) : { body: { count } }));
    const answer = request("GET", "account");
    for (const expected of [1, 2]) {
      await settled();
      assert.equal(count, expected);
      context.mock.timers.tick(6999);
      await settled();
      assert.equal(count, expected);
      context.mock.timers.tick(1);
    }
    assert.equal((await answer).data.count, 3);
  });
}

test("a GET is not repeated more than twice, nor after a long Retry-After, nor when it is cancelled", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  logIn("token");
  let wait = "1";
  const requests = serve(() => refusal(503, "busy", { "Retry-After": wait }));
  const rejected = assert.rejects(request("GET", "account"), { code: "busy", retryAfter: 1 });
  for (let turn = 0; turn < 5; turn++) {
    await settled();
    context.mock.timers.tick(1000);
  }
  await rejected;
  assert.equal(requests.length, 3);
  wait = "3600";
  await assert.rejects(request("GET", "account"), { retryAfter: 3600 });
  assert.equal(requests.length, 4);
  wait = "1";
  const controller = new AbortController();
  const cancelled = assert.rejects(request("GET", "account", { signal: controller.signal }), { name: "AbortError" });
  await settled();
  controller.abort();
  await cancelled;
  assert.equal(requests.length, 5);
});

for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
  test(`a ${method} is sent once, whatever becomes of it`, async () => {
    logIn("token");
    const requests = serve(() => refusal(503, "service-unavailable", { "Retry-After": "0" }));
    await assert.rejects(request(method, "things"), { status: 503 });
    assert.equal(requests.length, 1);
    const lost = serve(() => {
      throw new TypeError("the connection is lost");
    });
    await assert.rejects(request(method, "things"), { status: 0, code: "offline", detail: /may have been made/ });
    assert.equal(lost.length, 1);
  });
}

test("a login that is too old is confirmed, then the request is sent again; without the password it fails", async () => {
  logIn("old");
  let isConfirmed = true;
  whenRefused({
    loginTooOld: async () => {
      logIn("confirmed");
      return isConfirmed;
    },
  });
  const requests = serve((sent) => (tokenOf(sent) === "Bearer confirmed" ? { status: 204 } : refusal(401, "login-too-old")));
  assert.equal((await request("DELETE", "account")).status, 204);
  assert.equal(requests.length, 2);
  logIn("old");
  isConfirmed = false;
  await assert.rejects(request("DELETE", "account"), { code: "login-too-old" });
  assert.equal(requests.length, 3);
});

test("a request is not sent for another account that has logged in in another tab, near the end of a token either", async () => {
  const jwt = (sub) => `x.${btoa(JSON.stringify({ sub }))}.x`;
  for (const [seconds, sent] of [[900, 1], [10, 0]]) {
    logIn(jwt("acct_1"), GOOGLE, seconds);
    const requests = serve(({ path }) =>
      path === "login/refresh" ? { body: { access_token: jwt("acct_2"), expires_in: 900, organization: GOOGLE } } : refusal(401, "invalid-token"),
    );
    await assert.rejects(request("DELETE", "account"), { code: "session-switched" });
    assert.equal(requests.filter(({ method }) => method === "DELETE").length, sent);
  }
});

test("what waits for the password is not sent for another account or organization", async () => {
  const jwt = (sub) => `x.${btoa(JSON.stringify({ sub }))}.x`;
  const amazon = { id: "org_2" };
  for (const [account, organization] of [["acct_2", GOOGLE], ["acct_1", amazon]]) {
    logIn(jwt("acct_1"));
    whenRefused({ loginTooOld: async () => (logIn(jwt(account), organization), true) });
    const requests = serve(() => refusal(401, "login-too-old"));
    await assert.rejects(request("DELETE", "account"), { code: "session-switched" });
    assert.equal(requests.length, 1);
  }
});

test("the refresh token is asked for in a cookie, and is in no body", async () => {
  logIn("old");
  const requests = serve((sent) =>
    sent.path === "login/refresh" ? { body: { access_token: "next", expires_in: 900, organization: GOOGLE } } : tokenOf(sent) === "Bearer next" ? {} : refusal(401, "invalid-token"),
  );
  await request("POST", "things");
  const [, refresh] = requests;
  assert.equal(refresh.headers.get("X-Refresh-Token"), "cookie");
  assert.deepEqual(refresh.body, {});
  assert.equal(requests[2].headers.get("X-Refresh-Token"), null);
});

test("a path leads nowhere but below the API", async () => {
  const requests = serve(() => ({ body: {} }));
  for (const path of ["//evil.example/x", "https://evil.example/", "../../other", "organizations/%2e%2e/%2e%2e/%2e%2e/x"]) {
    await assert.rejects(request("GET", path));
  }
  assert.equal(requests.length, 0);
  for (const name of ["..", ".", "", "a\ud800"]) assert.throws(() => segment(name), { status: 404 });
  assert.equal(segment("a/../b?c#d"), "a%2F..%2Fb%3Fc%23d");
});

/** Let everything that waits for nothing go on. */
async function settled() {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}
