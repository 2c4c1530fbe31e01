/** How it changes who is logged in, and where. */
import { request } from "./api.js";
import { end, enter, establish, reload, session } from "./session.js";
import { keep, kept } from "./storage.js";
import * as tokens from "./tokens.js";

const DEVICE_TOKEN = "device"; // opens nothing: with it, failures of others do not make this device wait

/**
 * Log in.
 *
 * @param {string} email
 * @param {string} password
 * @param {string} [organization] Slug or id, where the account has several.
 * @throws {Problem} 409 organization-required lists the organizations.
 */
export async function login(email, password, organization) {
  const body = { email, password, organization, device_token: kept(DEVICE_TOKEN) ?? undefined };
  const { data } = await tokens.exclusively(() => tokens.sendForTokens("login", body));
  keep(DEVICE_TOKEN, data.device_token);
  await enter(data);
}

/** End all sessions of the account. */
export async function logoutEverywhere() {
  const held = await tokens.current();
  await tokens.exclusively(() => tokens.sendForTokens("logout/everywhere", {}, held?.accessToken));
  end();
}

/**
 * Move the session to another organization of the account.
 *
 * @param {string} organization Slug or id.
 */
export async function switchTo(organization) {
  const { data } = await tokens.exclusively(() => moved(organization));
  await establish(async () => {
    tokens.take(data);
    await reload();
  });
}

async function moved(organization) {
  try {
    return await tokens.sendForTokens("login/switch", { organization });
  } catch (problem) {
    if (problem.code !== "refresh-token-replaced") {
      throw problem;
    }
    await tokens.refresh();
    return tokens.sendForTokens("login/switch", { organization });
  }
}

/** Show the password again, for what asks for a recent login. */
export async function confirmLogin(password) {
  const { data } = await request("POST", "login/confirm", { body: { password } });
  tokens.take(data);
}

/**
 * Log the operator of the service in, with the token that `tenantry console` has given, which lasts as long as that does.
 *
 * @param {{access_token: string}} answer
 */
export function startOperator(answer) {
  tokens.take({ ...answer, expires_in: Infinity, organization: null });
  session.set({ ...session.get(), state: "in", operator: true, reason: null });
}
