/**
 * The access token of this page: in memory alone, replaced near its end, by one request however many need it.
 *
 * The refresh token is in a cookie that no script sees (`tenantry.http.refresh_cookies`), and all tabs share it.
 */
import { API, Problem, repeat, send } from "./http.js";
import { createStore } from "./store.js";

const MARGIN_MS = 30_000; // before its end an access token is replaced
const LOCK = `tenantry-refresh ${API}`; // of all tabs
const IN_A_COOKIE = { "X-Refresh-Token": "cookie" };

/** Null if nobody is logged in. @type {import("./types.js").Store<import("./types.js").Grant | null>} */
export const grant = createStore(null);

let refreshing = null;

/**
 * Use what a login, a refresh or a switch has answered.
 *
 * @param {{access_token: string, expires_in: number, organization: {id: string} | null}} answer
 */
export function take(answer) {
  grant.set({
    accessToken: answer.access_token,
    endsAt: Date.now() + answer.expires_in * 1000,
    organization: answer.organization ?? null,
    account: accountOf(answer.access_token),
  });
}

/** Forget the token: the session has ended. */
export function forget() {
  grant.set(null);
}

/**
 * Send a request that gives, takes or ends a refresh token.
 *
 * @param {string} path
 * @param {object} [body]
 * @param {string} [token] Access token, where the route takes one.
 */
export function sendForTokens(path, body = {}, token = undefined) {
  return send("POST", path, { body, token, headers: IN_A_COOKIE });
}

/**
 * Return tokens that last for a while; null if nobody is logged in.
 *
 * @returns {Promise<import("./types.js").Grant | null>}
 * @throws {Problem} As `after`.
 */
export async function current() {
  const held = grant.get();
  return held === null || Date.now() < held.endsAt - MARGIN_MS ? held : after(held);
}

/**
 * Return tokens other than these, which the API has refused or will soon.
 *
 * @param {import("./types.js").Grant} used
 * @returns {Promise<import("./types.js").Grant | null>} Null if the session has ended.
 * @throws {Problem} The service cannot tell at the moment, or another tab has logged in or switched: what was asked for
 *   here is not to be done there.
 */
export async function after(used) {
  if (grant.get() === used) {
    refreshing ??= exclusively(refresh).finally(() => (refreshing = null));
    await refreshing;
  }
  return ofSame(used, grant.get());
}

/**
 * Return tokens that last for a while, after a person has been asked for something.
 *
 * @param {import("./types.js").Grant} used
 * @returns {Promise<import("./types.js").Grant | null>}
 * @throws {Problem} As `after`.
 */
export async function currentOf(used) {
  return ofSame(used, await current());
}

function ofSame(used, held) {
  if (held !== null && !isSame(held, used)) {
    throw new Problem({
      status: 409,
      code: "session-switched",
      title: "Another session",
      detail: "Another tab has logged in or switched to another organization in the meantime. Nothing was done.",
    });
  }
  return held;
}

/** Tell whether two grants are of the same account in the same organization. */
export function isSame(one, other) {
  return one.account === other.account && one.organization?.id === other.organization?.id;
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
    const { data } = await repeat(() => sendForTokens("login/refresh"));
    take(data);
  } catch (error) {
    const isOver = error.status === 401 || error.code === "organization-suspended";
    if (!isOver) {
      throw error;
    }
    forget();
  }
}

/** The account that a token is of (`sub`); the API checks the token, and this only notices that it is another one. */
function accountOf(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub ?? null;
  } catch {
    return null; // as of the operator's, which is no JWT
  }
}
