/** Who is logged in, and in which organization. */
import { request, whenRefused } from "./api.js";
import { useStore } from "./html.js";
import { keep, kept, whenForgotten } from "./storage.js";
import { createStore } from "./store.js";
import * as tokens from "./tokens.js";

/** Whether `tenantry console` has served the page. Then there is no account, and a link of the terminal logs in. */
export const isOperators = document.querySelector('meta[name="tenantry-console"]') !== null;

const SESSION = "session"; // whether there may be one, so that a first visit asks for none

const OUT = { state: "out", operator: false, account: null, organization: null, base: "", role: null, organizations: [], problem: null, reason: null };

/** @type {import("./types.js").Store<import("./types.js").Session>} */
export const session = createStore({ ...OUT, state: "starting" });

/** @returns {import("./types.js").Session} */
export function useSession() {
  return useStore(session);
}

tokens.grant.subscribe((held) => {
  const shown = session.get();
  if (shown.state !== "in" || shown.operator) {
    return;
  }
  const { account, organization } = shown;
  if (held === null) {
    keep(SESSION, null);
    session.set({ ...OUT, reason: "ended" });
  } else if (!tokens.isSame(held, { account: account.id, organization })) {
    establish(reload); // another tab has logged in or switched: nothing of before stays on the page
  }
});
// Another tab has ended the session that all share; by now there may be the next one, so nothing is forgotten here.
whenForgotten(SESSION, () => {
  if (session.get().state === "in" && !isOperators) {
    session.set({ ...OUT, reason: "ended" });
    tokens.forget();
  }
});

/** Has `answer`, which tells the requests that wait for the password whether it was confirmed; null if none waits. */
export const confirmation = createStore(null);
let asked = null;

whenRefused({
  // Requests that wait for the password at the same moment share one dialog.
  loginTooOld: () =>
    (asked ??= new Promise((answer) => confirmation.set({ answer })).finally(() => {
      asked = null;
      confirmation.set(null);
    })),
  roleTooLow: () => reload().catch(() => {}),
});
// Whoever is logged in next is not asked for what somebody else has begun.
session.subscribe(({ state }) => state === "in" || confirmation.get()?.answer(false));

/** Find out whether somebody is logged in. */
export async function start() {
  if (isOperators || kept(SESSION) === null) {
    session.set(OUT);
    return;
  }
  await establish(async () => {
    await tokens.exclusively(tokens.refresh);
    await (tokens.grant.get() ? reload() : end());
  });
}

/**
 * Show nothing until it is known who is logged in.
 *
 * @param {() => Promise<void>} work Finds out.
 */
export async function establish(work) {
  session.set({ ...OUT, state: "starting" });
  try {
    await work();
  } catch (problem) {
    session.set(problem.code === "invalid-token" ? { ...OUT, reason: "ended" } : { ...OUT, state: "failed", problem });
  }
}

/**
 * Use what a login has answered.
 *
 * @param {Parameters<typeof tokens.take>[0]} answer
 */
export async function enter(answer) {
  keep(SESSION, "yes");
  tokens.take(answer);
  await reload();
}

/** End the session. It is over here even if the service cannot be reached. */
export async function logout() {
  end();
  await tokens.exclusively(() => tokens.sendForTokens("logout"));
}

/** Read the account anew: its address, its organizations and its role in this one. */
export async function reload() {
  const { data } = await request("GET", "account");
  const held = tokens.grant.get();
  if (held === null) {
    return; // the session has ended meanwhile
  }
  const { organizations, ...account } = data;
  const id = held.organization?.id;
  const organization = organizations.find((membership) => membership.id === id) ?? null;
  session.set({
    state: "in",
    operator: false,
    account,
    organization: organization && { id, name: organization.name, slug: organization.slug },
    base: organization ? `organizations/${id}` : "",
    role: organization?.role ?? null,
    organizations,
    problem: null,
    reason: null,
  });
}

/**
 * Leave the session that this browser has, of whatever account it is: a link of a mail may have ended it, or another one.
 *
 * @param {import("./types.js").Session["reason"]} [reason] What the login says.
 */
export function leave(reason = null) {
  logout().catch(() => {}); // refused where it has ended
  end(reason);
}

/**
 * Leave a session that the service has ended, for instance with a change of the password.
 *
 * @param {import("./types.js").Session["reason"]} [reason] What the login says.
 */
export function end(reason = null) {
  session.set({ ...OUT, reason });
  keep(SESSION, null);
  tokens.forget();
}
