/** Logging in. */
import { enter } from "./session.js";
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
