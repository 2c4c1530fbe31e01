/** Requests about documents: texts of canonical Extended JSON go in and out as they are. */

import { request } from "../api.js";
import { idInPath } from "./extended_json.js";
import { member, parse } from "./json.js";

const CANONICAL = "application/ejson";
const READ = { text: true, headers: { Accept: CANONICAL } };
const written = (headers) => ({ text: true, headers: { Accept: CANONICAL, "Content-Type": "application/json", ...headers } });

/**
 * A stored document: its text and value, its version, and how its id stands in a path.
 * @typedef {{text: string, value: import("./json.js").Value, etag: string | null, path: string}} Stored
 */

function stored({ data: text, etag }) {
  const value = parse(text);
  return { text, value, etag, path: idInPath(member(value, "_id")) };
}

/** Return the text of a page of documents. */
export async function readPage(base, query, signal) {
  return (await request("GET", `${base}/documents`, { ...READ, query, signal })).data;
}

/** Return how many documents match. */
export async function readCount(base, filter, signal) {
  return (await request("GET", `${base}/count`, { query: { filter }, signal })).data.count;
}

/** @returns {Promise<Stored>} */
export async function readDocument(base, path, signal) {
  return stored(await request("GET", `${base}/documents/${path}`, { ...READ, signal }));
}

/** @returns {Promise<Stored>} */
export async function createDocument(base, text, key) {
  return stored(await request("POST", `${base}/documents`, { ...written({ "Idempotency-Key": key }), body: text }));
}

/**
 * Store a document in the place of the version that is known, or where there is none if that is null.
 * @returns {Promise<Stored>}
 */
export async function putDocument(base, path, text, etag) {
  const condition = etag === null ? { "If-None-Match": "*" } : { "If-Match": etag };
  return stored(await request("PUT", `${base}/documents/${path}`, { ...written(condition), body: text }));
}

/** Delete the version of a document that is known. */
export const deleteDocument = (base, path, etag) =>
  request("DELETE", `${base}/documents/${path}`, { headers: { "If-Match": etag } });

/** Insert lines, each by itself. */
export async function insertLines(base, body, key) {
  const headers = { "Content-Type": "application/x-ndjson", "Idempotency-Key": key };
  return (await request("POST", `${base}/documents`, { query: { ordered: false }, body, headers })).data;
}
