/** Who is logged in, and in which organization. */
import { request, whenRefused } from "./api.js";
import { useStore } from "./html.js";
import { keep, kept, whenForgotten } from "./storage.js";
import { createStore } from "./store.js";
import * as tokens from "./tokens.js";

/** Whether `tenantry console` has served the page. Then there is no account, and a link of the terminal logs in. */
export const isOperators = document.querySelector('meta[name="tenantry-console"]') !== null;

const SESSION = "session"; // a random value of each login, kept while its session may last; a first visit asks for none
let loginOfPage = null; // that which was kept when the page asked for tokens; null also where the browser keeps nothing

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
whenForgotten(SESSION, () => loginOfPage, () => {
  if (isOperators || session.get().state === "out") {
    return;
  }
  showEnd();
  if (kept(SESSION) !== null) {
    start();
  }
});

/** Another tab has ended the session that all share. By now there may be the next one, so what is kept stays. */
function showEnd() {
  if (session.get().state !== "out") {
    session.set({ ...OUT, reason: "ended" });
  }
  tokens.forget();
}

/** Has `answer`, which tells the requests that wait for the password whether it was confirmed; null if none waits. */
export const confirmation = createStore(null);
let confirming = null;

whenRefused({
  // Requests that wait for the password at the same moment share one dialog.
  loginTooOld: () =>
    (confirming ??= new Promise((answer) => confirmation.set({ answer })).finally(() => {
      confirming = null;
      confirmation.set(null);
    })),
  roleTooLow: () => reload().catch(() => {}),
});
// Whoever is logged in next is not asked for what somebody else has begun.
session.subscribe(({ state }) => state === "in" || confirmation.get()?.answer(false));

/** Find out whether somebody is logged in. */
export async function start() {
  loginOfPage = kept(SESSION);
  if (isOperators || loginOfPage === null) {
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
  keep(SESSION, crypto.randomUUID());
  loginOfPage = kept(SESSION);
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
  if (held === null || (kept(SESSION) === null && loginOfPage !== null)) {
    showEnd();
    return;
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
