/** How the operator's views read. */
import { request } from "../../api.js";

/**
 * @param {string} path
 * @param {Record<string, unknown>} [query]
 * @returns {(signal?: AbortSignal) => Promise<any>} Reads what is there.
 */
export function reading(path, query) {
  return async (signal) => (await request("GET", path, { query, signal })).data;
}
