import assert from "node:assert/strict";
import { test } from "node:test";

import { differences, NotGenuine, Unsupported, verify } from "../../../layers/common/console/views/operator/receipts/signatures.js";

const { subtle } = globalThis.crypto;
const HEADER = { alg: "EdDSA", kid: "k1", typ: "receipt+jwt" };
const SAID = { iss: "urn:tenantry", iat: 1_700_000_000, jti: "rcpt_1", sub: "org_1", documents: 3, decided_by: { type: "account", id: "ä" } };
const pair = await subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
const published = { ...(await subtle.exportKey("jwk", pair.publicKey)), kid: "k1" };
const encoded = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

async function signedBy({ privateKey }, header, said) {
  const content = `${encoded(header)}.${encoded(said)}`;
  return `${content}.${Buffer.from(await subtle.sign("Ed25519", privateKey, Buffer.from(content))).toString("base64url")}`;
}

test("a receipt that a published key has signed says what it says", async () => {
  const signed = await signedBy(pair, HEADER, SAID);
  assert.deepEqual(await verify(` ${signed}\n`, [{ kid: "k0" }, published]), SAID);
});

test("everything else is refused, whatever its signature is worth", async () => {
  const stranger = await subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  const signed = await signedBy(pair, HEADER, SAID);
  const [header, , signature] = signed.split(".");
  const refused = [
    "", "a.b", "a.b.c", `${signed}.`, `${header}.${encoded({ ...SAID, documents: 0 })}.${signature}`,
    signed.slice(0, -4), `${signed.slice(0, -2)}==`, await signedBy(stranger, HEADER, SAID), await signedBy(pair, HEADER, "[]"),
    ...(await Promise.all([
      { typ: "JWT" }, { typ: undefined }, { alg: "none" }, { alg: "HS256" }, { kid: "k2" }, { crit: ["b64"], b64: false }, { jwk: published },
    ].map((changes) => signedBy(pair, { ...HEADER, ...changes }, SAID)))),
    ...(await Promise.all([
      { iat: undefined }, { iat: Date.now() / 1000 + 60 }, { iat: 1e300 }, { jti: undefined }, { sub: 1 }, { iss: null },
    ].map((changes) => signedBy(pair, HEADER, { ...SAID, ...changes })))),
  ];
  for (const text of refused) {
    await assert.rejects(verify(text, [published]), NotGenuine, text);
  }
  await assert.rejects(verify(signed, []), NotGenuine);
  await assert.rejects(verify(signed, [{ ...published, crv: "Ed448" }]), NotGenuine);
  await assert.rejects(verify(signed, [{ ...published, x: "AAAA" }]), NotGenuine);
});

test("a browser without Ed25519 says that it cannot tell", async (context) => {
  const signed = await signedBy(pair, HEADER, SAID);
  context.mock.method(subtle, "importKey", async () => {
    throw new DOMException("", "NotSupportedError");
  });
  await assert.rejects(verify(signed, [published]), Unsupported);
});

test("what the service lists beside another receipt is seen", () => {
  const listed = { id: "rcpt_1", organization_id: "org_1", documents: 3, decided_by: { id: "ä", type: "account" }, signed: "..." };
  assert.deepEqual(differences(listed, SAID), []);
  assert.deepEqual(differences({ ...listed, documents: 2, organization_id: "org_2" }, SAID), ["documents", "sub"]);
  assert.deepEqual(differences({ ...listed, decided_by: { id: null, type: "account" } }, SAID), ["decided_by"]);
});
