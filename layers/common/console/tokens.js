/** The access token of this page: in memory alone, replaced near its end, by one request however many need it. */
import { Problem, repeat, send } from "./http.js";
import { createStore } from "./store.js";

const MARGIN_MS = 30_000; // before its end an access token is replaced
const LOCK = "tenantry-refresh"; // of all tabs, which share one refresh token

/**
 * What the page holds; null if nobody is logged in.
 *
 * @typedef {{accessToken: string, endsAt: number, organization: object | null, refreshToken?: string}} Grant
 */

/** @type {import("./store.js").Store<Grant | null>} */
export const grant = createStore(null);

let refreshing = null;

/**
 * Use what a login, a refresh or a switch has answered.
 *
 * @param {{access_token: string, expires_in: number, organization: object | null}} answer
 */
export function take(answer) {
  grant.set({
    accessToken: answer.access_token,
    endsAt: Date.now() + answer.expires_in * 1000,
    organization: answer.organization ?? null,
    refreshToken: answer.refresh_token ?? grant.get()?.refreshToken,
  });
}

/** Forget the tokens: the session has ended. */
export function forget() {
  grant.set(null);
}

/**
 * Send a request that gives or takes a refresh token.
 *
 * @param {string} path
 * @param {object} [body]
 * @param {{token?: string, headers?: Record<string, string>}} [options]
 */
export function sendForTokens(path, body, options) {
  return send("POST", path, { body, ...options });
}

/**
 * Return tokens that last for a while; null if nobody is logged in.
 *
 * @returns {Promise<Grant | null>}
 */
export async function current() {
  const held = grant.get();
  return held === null || Date.now() < held.endsAt - MARGIN_MS ? held : after(held);
}

/**
 * Return tokens other than these, which the API has refused or will soon.
 *
 * @param {Grant | null} used
 * @returns {Promise<Grant | null>} Null if the session has ended.
 * @throws {Problem} The service cannot tell at the moment.
 */
export async function after(used) {
  if (grant.get() === used) {
    refreshing ??= exclusively(refresh).finally(() => (refreshing = null));
    await refreshing;
  }
  return grant.get();
}

/**
 * Do one thing with the refresh token while no other tab does.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export function exclusively(work) {
  return globalThis.navigator?.locks ? navigator.locks.request(LOCK, work) : work();
}

/** Get the next tokens; forget those that there are if the session has ended. */
export async function refresh() {
  try {
    // Sent again within 30 seconds, a refresh token gives the same answer (POST /login/refresh).
    const { data } = await repeat(() => sendForTokens("login/refresh", { refresh_token: grant.get()?.refreshToken }));
    take(data);
  } catch (error) {
    if (!(error instanceof Problem) || ![400, 401, 403, 422].includes(error.status)) {
      throw error;
    }
    forget();
  }
}
