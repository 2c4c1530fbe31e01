/** What changes the session that there is. */
import { request } from "./api.js";
import { end, establish, reload } from "./session.js";
import * as tokens from "./tokens.js";

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
