/** Requests that are sent again until the service answers: a long task goes on by itself. */

import { sleep } from "../http.js";

const FIRST_SECONDS = 1;
const MOST_SECONDS = 30;
const TEMPORARY = new Set([0, 408, 429, 502, 503, 504]);

/**
 * Tell whether a problem says that the same request may succeed later.
 * @param {{status?: number, code?: string}} problem
 */
export const isTemporary = (problem) => TEMPORARY.has(problem.status) || problem.code === "request-in-flight";

/**
 * Do something until it has an outcome.
 * @template T
 * @param {() => Promise<T>} attempt What may be repeated: it changes nothing more the second time.
 * @param {{wait?: (seconds: number, signal?: AbortSignal) => Promise<void>, signal?: AbortSignal,
 *   onWait?: (waiting: {problem: object, seconds: number} | null) => void}} [options] - `onWait` hears of each
 *   wait, and null when it is over.
 * @returns {Promise<T>}
 * @throws What `attempt` throws if it says that a repetition is of no use; the signal's reason.
 */
export async function patiently(attempt, { wait = sleep, signal, onWait = () => {} } = {}) {
  for (let failures = 0; ; failures += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (problem) {
      signal?.throwIfAborted();
      if (!isTemporary(problem)) throw problem;
      const seconds = problem.retryAfter || Math.min(FIRST_SECONDS * 2 ** failures, MOST_SECONDS);
      onWait({ problem, seconds });
      await wait(seconds, signal);
      onWait(null);
    }
  }
}
