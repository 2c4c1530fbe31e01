/** Who is logged in, in which organization, and how that changes. */
import { request, whenRefused } from "./api.js";
import { useStore } from "./html.js";
import { Problem, send } from "./http.js";
import { createStore } from "./store.js";
import * as tokens from "./tokens.js";

const DEVICE_TOKEN = "tenantry-device"; // opens nothing: with it, failures of others do not make this device wait

/**
 * @typedef {object} Session
 * @property {"starting" | "out" | "in"} state
 * @property {boolean} operator Whether the operator of the service is logged in; then there is no account.
 * @property {{id: string, email: string, verified: boolean, created_at: string} | null} account
 * @property {{id: string, name: string, slug: string} | null} organization Null while the account has none.
 * @property {string} base Path of the organization in the API, by its id, which no rename changes.
 * @property {"viewer" | "editor" | "admin" | "owner" | null} role
 * @property {{id: string, name: string, slug: string, role: string, state: string, suspended: boolean}[]} organizations
 * @property {"ended" | "suspended" | "password" | "address" | "deleted" | "erased" | "account" | null} reason Why it is out, if the person did not log out.
 */

const OUT = { state: "out", operator: false, account: null, organization: null, base: "", role: null, organizations: [], reason: null };

/** @type {import("./store.js").Store<Session>} */
export const session = createStore({ ...OUT, state: "starting" });

/** @returns {Session} */
export function useSession() {
  return useStore(session);
}

tokens.grant.subscribe((held) => {
  const { state, organization } = session.get();
  if (held === null && state === "in") {
    session.set({ ...OUT, reason: "ended" });
  } else if (held !== null && state === "in" && held.organization?.id !== organization?.id) {
    reload().catch(() => {}); // another tab has switched
  }
});
whenRefused({ roleTooLow: () => reload().catch(() => {}) });

/** Find out whether somebody is logged in. */
export async function start() {
  session.set(OUT);
}

/**
 * @param {string} email
 * @param {string} password
 * @param {string} [organization] Slug or id, where the account has several.
 * @throws {Problem} 409 organization-required lists the organizations.
 */
export async function login(email, password, organization) {
  const { data } = await tokens.sendForTokens("login", { email, password, organization, device_token: deviceToken() });
  keepDeviceToken(data.device_token);
  tokens.take(data);
  await reload();
}

/** End the session. It is over here even if the service cannot be reached. */
export async function logout() {
  const body = { refresh_token: tokens.grant.get()?.refreshToken };
  session.set(OUT);
  try {
    await tokens.exclusively(() => tokens.sendForTokens("logout", body));
  } finally {
    tokens.forget();
  }
}

/**
 * Move the session to another organization of the account.
 *
 * @param {string} organization Slug or id.
 */
export async function switchTo(organization) {
  const move = () =>
    tokens.sendForTokens("login/switch", { refresh_token: tokens.grant.get()?.refreshToken, organization });
  const { data } = await tokens.exclusively(async () => {
    try {
      return await move();
    } catch (problem) {
      if (problem.code !== "refresh-token-replaced") {
        throw problem;
      }
      await tokens.refresh();
      return move();
    }
  });
  tokens.take(data);
  await reload();
}

/** Show the password again, for what asks for a recent login. */
export async function confirmLogin(password) {
  const held = await tokens.current();
  const { data } = await send("POST", "login/confirm", { body: { password }, token: held?.accessToken });
  tokens.take({ ...data, organization: data.organization ?? held?.organization });
}

/** Read the account anew: its address, its organizations and its role in this one. */
export async function reload() {
  const { data } = await request("GET", "account");
  const { organizations, ...account } = data;
  const id = tokens.grant.get()?.organization?.id;
  const organization = organizations.find((membership) => membership.id === id) ?? null;
  session.set({
    state: "in",
    operator: false,
    account,
    organization: organization && { id, name: organization.name, slug: organization.slug },
    base: organization ? `organizations/${id}` : "",
    role: organization?.role ?? null,
    organizations,
    reason: null,
  });
}

/**
 * Log the operator of the service in, with the token that `tenantry console` has given, which lasts as long as that does.
 *
 * @param {{access_token: string}} answer
 */
export function startOperator(answer) {
  tokens.take({ ...answer, expires_in: Infinity, organization: null });
  session.set({ ...OUT, state: "in", operator: true });
}

/**
 * Leave a session that the service has ended, for instance with a change of the password.
 *
 * @param {Session["reason"]} [reason] What the login says.
 */
export function end(reason = null) {
  session.set({ ...OUT, reason });
  tokens.forget();
}

function deviceToken() {
  try {
    return localStorage.getItem(DEVICE_TOKEN) ?? undefined;
  } catch {
    return undefined;
  }
}

function keepDeviceToken(token) {
  try {
    localStorage.setItem(DEVICE_TOKEN, token);
  } catch {
    // A browser may keep nothing; then this device is an unknown one each time.
  }
}

export { Problem };
