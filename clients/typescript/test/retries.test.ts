/** What is sent again, how often, and after which wait; what is no success; and pages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NoAnswer, NotModified, Problem, type Tenantry } from "tenantry-client";
import { type Asked, client, coded, GOOGLE, problem, type Reply } from "./service.js";

const DOCUMENT = { path: { organization: "google", document: "a/b c" } };
const IF_MATCH = { header: { "If-Match": '"1"' } };
const CALLS: [string, (tenantry: Tenantry) => Promise<unknown>, boolean][] = [
  ["a read", (tenantry) => tenantry.call("getDocument", DOCUMENT), true],
  ["a write", (tenantry) => tenantry.call("putDocument", { ...DOCUMENT, body: { n: 1 } }), false],
  ["a write with a condition", (tenantry) => tenantry.call("deleteDocument", { ...DOCUMENT, ...IF_MATCH }), true],
  ["an insertion", (tenantry) => tenantry.call("insertDocuments", { ...GOOGLE, body: { n: 1 } }), true],
  ["a login", (tenantry) => tenantry.logIn("ada@example.com", "secret"), false],
];
const FAILURES: [string, Reply][] = [
  ["429", problem(429, "too-many-requests", { "Retry-After": "7" })],
  ["503", problem(503, "service-unavailable", { "Retry-After": "7" })],
  ["no answer", undefined],
];

for (const [what, call, isRepeated] of CALLS) {
  for (const [failure, reply] of FAILURES) {
    test(`${what} is ${isRepeated ? "" : "not "}repeated after ${failure}`, async (context) => {
      const seen: Asked[] = [];
      const { tenantry, waits } = await client(context, (asked) => {
        seen.push(asked);
        return seen.length < 3 ? reply : { status: 200, content: {} };
      });
      if (isRepeated) {
        await call(tenantry);
      } else {
        await assert.rejects(call(tenantry), reply === undefined ? NoAnswer : Problem);
      }
      assert.equal(seen.length, isRepeated ? 3 : 1);
      assert.equal(new Set(seen.map(({ headers }) => headers["idempotency-key"])).size, 1);
      if (isRepeated && reply !== undefined) {
        assert.deepEqual(waits, [7, 7]);
      }
    });
  }
}

test("an answer that breaks off is none", async (context) => {
  const whole = { status: 200, content: { slug: "google" } };
  const replies = [{ ...whole, headers: { "Content-Length": "1000", Connection: "close" } }, whole];
  const { tenantry } = await client(context, () => replies.shift());
  assert.equal((await tenantry.call("getOrganization", GOOGLE)).slug, "google");
});

test("repetitions end, and a wait that is too long is not waited for", async (context) => {
  for (const [seconds, attempts] of [[1, 5], [31, 1]] as const) {
    let seen = 0;
    const { tenantry } = await client(context, () => {
      seen += 1;
      return problem(503, "service-unavailable", { "Retry-After": String(seconds) });
    });
    await assert.rejects(
      tenantry.call("getHealth"),
      (error) => error instanceof Problem && error.retryAfterSeconds === seconds,
    );
    assert.equal(seen, attempts);
  }
});

test("waits grow where none is asked for", async (context) => {
  const { tenantry, waits } = await client(context, () => undefined);
  await assert.rejects(tenantry.call("getHealth"), NoAnswer);
  assert.equal(waits.length, 4);
  waits.forEach((wait, n) => assert.ok(0.2 * 2 ** n <= wait && wait <= 0.4 * 2 ** n));
});

test("a signal ends a wait, with its reason", async (context) => {
  const aborting = new AbortController();
  const { tenantry } = await client(
    context,
    () => {
      setTimeout(() => aborting.abort(new Error("enough")), 10);
      return problem(503, "service-unavailable", { "Retry-After": "25" });
    },
    { retries: {} },
  );
  await assert.rejects(tenantry.call("getHealth", { signal: aborting.signal }), /enough/);
});

test("a signal ends a request that is under way, with its reason", async (context) => {
  const aborting = new AbortController();
  const { tenantry } = await client(context, () => {
    aborting.abort(new Error("enough"));
    return new Promise(() => undefined);
  });
  await assert.rejects(tenantry.call("getHealth", { signal: aborting.signal }), /enough/);
});

test("a service that does not answer in time has not answered", async (context) => {
  const silent = (): Promise<Reply> => new Promise(() => undefined);
  const { tenantry } = await client(context, silent, { timeoutSeconds: 0.05, retries: { attempts: 1 } });
  await assert.rejects(tenantry.call("getHealth"), NoAnswer);
});

for (const content of ["", "<html>", "[]", '{"code":"not-found","detail":"No."}']) {
  test(`an answer that is no success is a problem: ${content}`, async (context) => {
    const { tenantry } = await client(context, () => ({ status: 404, content }));
    await assert.rejects(tenantry.call("getHealth"), coded(content.includes("code") ? "not-found" : ""));
  });
}

test("what the client has is told apart", async (context) => {
  const { tenantry } = await client(context, () => ({ status: 304 }));
  await assert.rejects(tenantry.call("getDocument", DOCUMENT), NotModified);
});

test("names and values arrive as they are, and a key that is given is sent", async (context) => {
  const seen: Asked[] = [];
  const { tenantry } = await client(context, (asked) => {
    seen.push(asked);
    return { status: 201, content: {} };
  });
  await tenantry.call("getDocument", DOCUMENT);
  const header = { "idempotency-key": "one" };
  await tenantry.call("insertDocuments", { ...GOOGLE, query: { ordered: false }, header, body: [{ "ä&": null }] });
  await tenantry.call("insertDocuments", { ...GOOGLE, body: {} });
  const [read, insertion, another] = seen;
  assert.equal(read?.path, "/organizations/google/documents/a%2Fb%20c");
  assert.equal(insertion?.query.get("ordered"), "false");
  assert.equal(insertion?.body, '[{"ä&":null}]');
  assert.equal(insertion?.headers["idempotency-key"], "one");
  assert.match(String(another?.headers["idempotency-key"]), /^[0-9a-f-]{36}$/);
});

test("the operator's requests are signed anew for each attempt, and nobody else's", async (context) => {
  const seen: unknown[] = [];
  let signatures = 0;
  const { tenantry } = await client(
    context,
    ({ headers }) => {
      seen.push(headers["authorization"]);
      return seen.length < 2 ? undefined : { status: 200, content: {} };
    },
    {
      operator: (request) => {
        request.headers.set("Authorization", `signed ${++signatures}`);
        return request;
      },
    },
  );
  await tenantry.call("getStatus");
  await tenantry.call("getHealth");
  assert.deepEqual(seen, ["signed 1", "signed 2", undefined]);
});

test("pages follow their cursors when they are needed", async (context) => {
  const asked: string[] = [];
  const { tenantry } = await client(context, ({ query }) => {
    asked.push(`${query.get("sort")} ${query.get("cursor")}`);
    const start = Number(query.get("cursor"));
    const next_cursor = start < 4 ? String(start + 2) : null;
    return { status: 200, content: { documents: [{ _id: start }, { _id: start + 1 }], next_cursor } };
  });
  const pages = tenantry.pages("listDocuments", { ...GOOGLE, query: { sort: "n" } });
  const first = await pages.next();
  assert.deepEqual(asked, ["n null"]);
  const found = first.done ? [] : [...first.value.documents];
  for await (const page of pages) {
    found.push(...page.documents);
  }
  assert.deepEqual(found.map(({ _id }) => _id), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(asked, ["n null", "n 2", "n 4"]);
});
