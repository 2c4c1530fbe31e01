/** Requests to the API in the name of whoever is logged in. */
import { segment, Problem, repeat, send } from "./http.js";
import * as tokens from "./tokens.js";

/** What the shell does about some refusals; it says so with `whenRefused`. */
const reactions = {
  /** Ask for the password; tell whether it was confirmed. */
  loginTooOld: async () => false,
  /** Read anew what the account may do. */
  roleTooLow: () => {},
};

/**
 * @param {Partial<typeof reactions>} wanted
 */
export function whenRefused(wanted) {
  Object.assign(reactions, wanted);
}

/**
 * Send a request with the access token, and once more where that helps.
 *
 * A refused access token is replaced, and a login that is too old confirmed; then nothing has been done before. GETs are
 * repeated after 429 and 503. Nothing else is: whether to repeat a write is for a person to decide.
 *
 * @param {string} method
 * @param {string} path Relative to the API; `segment` makes a segment of a value.
 * @param {Parameters<typeof send>[2] & {anonymous?: boolean}} [options] As of `send`; anonymous: without a token.
 * @returns {ReturnType<typeof send>}
 * @throws {Problem}
 */
export function request(method, path, options = {}) {
  const attempt = () => (options.anonymous ? send(method, path, options) : authorized(method, path, options));
  return method === "GET" ? repeat(attempt, options.signal) : attempt();
}

async function authorized(method, path, options) {
  const used = await tokens.current();
  const sendWith = (held) => send(method, path, { ...options, token: held?.accessToken });
  try {
    return await sendWith(used);
  } catch (problem) {
    if (used && problem.code === "invalid-token") {
      const following = await tokens.after(used);
      if (following !== null) {
        return sendWith(following);
      }
    }
    if (problem.code === "login-too-old" && (await reactions.loginTooOld())) {
      return sendWith(await tokens.currentOf(used));
    }
    if (problem.code === "role-too-low") {
      reactions.roleTooLow();
    }
    throw problem;
  }
}

export { segment, Problem };
