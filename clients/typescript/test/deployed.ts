/** The client against the deployed stack that TENANTRY_URL names. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { NotModified, Problem, type Schemas, Tenantry } from "tenantry-client";
import { coded } from "./service.js";

const URL_OF_STACK = process.env["TENANTRY_URL"] ?? "";
const RATE = 12; // requests a minute of a key
const REFILL_SECONDS = 5; // until there is one more
const PASSWORD = "a long walk by the sea"; // pragma: allowlist secret

const aws = new AwsClient({
  accessKeyId: process.env["AWS_ACCESS_KEY_ID"] ?? "",
  secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "",
  region: process.env["AWS_REGION"] ?? "",
  service: "execute-api",
});

interface Created {
  tenantry: Tenantry;
  path: { organization: string };
  organization: Schemas["Organization"];
}

/** Sign up, log in, and return the organization. */
async function created(): Promise<Created> {
  const tenantry = new Tenantry(URL_OF_STACK, { operator: (request) => aws.sign(request) });
  const name = `Google ${randomBytes(4).toString("hex")}`;
  const email = `${name.toLowerCase().replace(" ", "-")}@example.com`;
  const { organization } = await tenantry.call("createOrganization", { body: { name, email, password: PASSWORD } });
  await tenantry.logIn(email, PASSWORD);
  return { tenantry, path: { organization: organization.slug }, organization };
}

test("story of an organization", async () => {
  const { tenantry, path, organization } = await created();
  const numbers = numbersOf(25);
  await tenantry.call("insertDocuments", { path, body: numbers.map((n) => ({ n })) });
  const found: unknown[] = [];
  for await (const page of tenantry.pages("listDocuments", { path, query: { sort: "n", limit: 10 } })) {
    found.push(...page.documents.map(({ n }) => n));
  }
  assert.deepEqual(found, numbers);
  await tenantry.call("createIndex", { path, body: { name: "by-n", keys: [{ field: "n" }] } });
  const { indexes } = await tenantry.call("listIndexes", { path });
  assert.ok(indexes.some(({ name }) => name === "by-n"));
  const filter = JSON.stringify({ n: { $lt: 5 } });
  assert.equal((await tenantry.call("countDocuments", { path, query: { filter } })).count, 5);
  const actions: string[] = [];
  for await (const page of tenantry.pages("listAudit", { path, query: { limit: 2 } })) {
    actions.push(...page.records.map(({ action }) => action));
  }
  assert.ok(actions.includes("organization.created") && actions.includes("login.succeeded"));
  const account = await tenantry.call("getAccount");
  assert.deepEqual(account.organizations.map(({ id }) => id), [organization.id]);
  const seen = await tenantry.call("getOrganizationAsOperator", { path });
  assert.equal(seen.id, organization.id);
  const token = tenantry.tokens?.accessToken ?? "";
  assert.equal((await tenantry.call("introspectToken", { body: { token } })).active, true);
  await tenantry.call("suspendOrganization", { path });
  await assert.rejects(tenantry.call("countDocuments", { path }), coded("invalid-refresh-token"));
});

test("conditions and problems", async () => {
  const { tenantry, path } = await created();
  const greeting = { path: { ...path, document: "greeting" } };
  await tenantry.call("putDocument", { ...greeting, body: { text: "hello" } });
  const read = await tenantry.answer("getDocument", greeting);
  const etag = read.headers.get("ETag") ?? "";
  assert.deepEqual([read.status, read.data["text"]], [200, "hello"]);
  await assert.rejects(tenantry.call("getDocument", { ...greeting, header: { "If-None-Match": etag } }), NotModified);
  const header = { "If-Match": etag };
  await tenantry.call("patchDocument", { ...greeting, header, body: { text: "bye" } });
  await assert.rejects(tenantry.call("deleteDocument", { ...greeting, header }), coded("precondition-failed"));
  assert.equal(await tenantry.call("deleteDocument", greeting), undefined);
  await assert.rejects(
    tenantry.call("getOrganization", { path: { organization: "another" } }),
    coded("organization-not-found"),
  );
  await assert.rejects(
    tenantry.call("updateOrganization", { path, body: { name: "" } }),
    (error) => error instanceof Problem && error.errors[0]?.field === "name",
  );
});

test("an insertion with a key is done once", async () => {
  const { tenantry, path } = await created();
  const header = { "idempotency-key": "one" };
  await tenantry.call("insertDocuments", { path, header, body: { text: "once" } });
  await tenantry.call("insertDocuments", { path, header, body: { text: "once" } });
  assert.equal((await tenantry.call("countDocuments", { path })).count, 1);
});

test("a key beyond its rate waits as long as it is told", async () => {
  const { tenantry, path } = await created();
  const scopes = ["documents:read" as const];
  const body = { name: "Import", scopes, requests_per_minute: RATE };
  const { key: apiKey } = await tenantry.call("createKey", { path, body });
  const waits: number[] = [];
  const note = (seconds: number): Promise<void> => Promise.resolve(void waits.push(seconds));
  const sleep = async (seconds: number): Promise<void> => {
    await note(seconds);
    await setTimeout(seconds * 1000);
  };
  const patient = new Tenantry(URL_OF_STACK, { apiKey, retries: { sleep } });
  while (waits.length === 0) {
    assert.equal((await patient.call("countDocuments", { path })).count, 0);
  }
  assert.deepEqual(waits, [REFILL_SECONDS]);
  const hasty = new Tenantry(URL_OF_STACK, { apiKey, retries: { attempts: 2, sleep: note } });
  const sent = (async (): Promise<void> => {
    for (let n = 0; n < 10 * RATE; n++) {
      await hasty.call("countDocuments", { path });
    }
  })();
  await assert.rejects(
    sent,
    (error) =>
      error instanceof Problem &&
      error.code === "too-many-requests" &&
      error.detail.startsWith("The API key may send") &&
      error.retryAfterSeconds === REFILL_SECONDS,
  );
  assert.deepEqual([...new Set(waits)], [REFILL_SECONDS]);
});

test("a login goes on for many callers, and ends", async () => {
  const { tenantry, path } = await created();
  const kept: string[] = [];
  const following = new Tenantry(URL_OF_STACK, {
    refreshToken: tenantry.tokens?.refreshToken ?? "",
    onRefreshToken: (token) => void kept.push(token),
  });
  const counts = await Promise.all(numbersOf(8).map(() => following.call("countDocuments", { path })));
  assert.deepEqual(counts.map(({ count }) => count), Array(8).fill(0));
  assert.equal(kept.length, 1);
  await following.confirm(PASSWORD);
  await following.switch(path.organization);
  assert.equal(kept.length, 2);
  assert.equal((await following.call("countDocuments", { path })).count, 0);
  await following.logOut();
  await assert.rejects(following.call("countDocuments", { path }), coded("invalid-token"));
});

function numbersOf(length: number): number[] {
  return Array.from({ length }, (_, n) => n);
}
