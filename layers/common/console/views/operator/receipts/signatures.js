/**
 * Whether a receipt of erasure is genuine, found out by the browser: as `tenantry receipts verify` does it.
 *
 * A signed receipt is a JSON Web Signature in compact serialisation (RFC 7515 section 7.1) with Ed25519 (RFC 8037). Browsers
 * know Ed25519 since 2025: https://developer.mozilla.org/en-US/docs/Web/API/SubtleCrypto/verify#ed25519
 */

const TYPE = "receipt+jwt"; // its own, so that no access token is a receipt
const HEADER = ["alg", "kid", "typ"]; // anything else could give the signature another meaning
const ED25519 = { name: "Ed25519" };
const TEXTS = ["iss", "jti", "sub"];

/** A text is no genuine receipt; the message says why, to follow "it". */
export class NotGenuine extends Error {}

/** The browser cannot tell. */
export class Unsupported extends Error {}

/**
 * Return what a signed receipt says.
 *
 * @param {string} signed
 * @param {{kid?: string, kty?: string, crv?: string, x?: string}[]} keys Public ones, of which one has to have signed it.
 * @returns {Promise<Record<string, any>>}
 * @throws {NotGenuine | Unsupported}
 */
export async function verify(signed, keys) {
  const parts = signed.trim().split(".");
  if (parts.length !== 3) {
    throw new NotGenuine("is no receipt");
  }
  const [header, said] = parts.slice(0, 2).map(objectOf);
  if (header.typ !== TYPE || header.alg !== "EdDSA" || Object.keys(header).some((name) => !HEADER.includes(name))) {
    throw new NotGenuine("is a text of another kind");
  }
  const key = keys.find(({ kid, kty, crv }) => kid === header.kid && kty === "OKP" && crv === "Ed25519");
  if (!key) {
    throw new NotGenuine("was signed by none of the service's keys");
  }
  const content = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  if (!(await isSigned(content, octetsOf(parts[2]), key))) {
    throw new NotGenuine("has a signature of something else");
  }
  if (TEXTS.some((name) => typeof said[name] !== "string") || !Number.isInteger(said.iat) || said.iat > Date.now() / 1000) {
    throw new NotGenuine("does not say what a receipt says");
  }
  return said;
}

async function isSigned(content, signature, { x }) {
  const { subtle } = globalThis.crypto;
  try {
    const key = await subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x }, ED25519, false, ["verify"]);
    return await subtle.verify(ED25519, key, signature, content);
  } catch (error) {
    if (subtle === undefined || error.name === "NotSupportedError") {
      throw new Unsupported();
    }
    throw new NotGenuine("has a key or a signature that is none");
  }
}

/**
 * Return the members of which a signed receipt says something else than the service.
 *
 * @param {Record<string, any>} receipt As the service lists it.
 * @param {Record<string, any>} said As `verify` returns it.
 * @returns {string[]}
 */
export function differences(receipt, said) {
  const { id: jti, organization_id: sub } = receipt;
  const listed = { ...receipt, jti, sub };
  const covered = Object.keys(listed).filter((name) => !["id", "organization_id", "signed"].includes(name));
  return covered.filter((name) => sorted(listed[name]) !== sorted(said[name]));
}

function sorted(value) {
  return JSON.stringify(value, value && typeof value === "object" ? Object.keys(value).sort() : undefined);
}

function objectOf(part) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octetsOf(part)));
  } catch {
    value = null;
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new NotGenuine("is no receipt");
  }
  return value;
}

/** Read base64url (RFC 4648 section 5). */
function octetsOf(part) {
  if (!/^[\w-]+$/.test(part) || part.length % 4 === 1) {
    throw new NotGenuine("is no receipt");
  }
  return Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
