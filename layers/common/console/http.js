/** One request to the API, and the problem that it may end in. Knows nothing of tokens. */

const NO_ANSWER_MS = 60_000; // API Gateway answers within 29 seconds; an import takes a while to arrive
const TRIES = 3;
const LONGEST_WAIT_SECONDS = 20;

/** Address of the API, below which the console is. */
export const API = new URL("..", document.baseURI);

/** What the API answers instead of a result (RFC 9457), or `offline` where there is no answer. */
export class Problem extends Error {
  /**
   * @param {object} fields
   * @param {number} fields.status HTTP status; 0 without an answer.
   * @param {string} fields.code Stable name of the kind of problem.
   * @param {string} fields.title
   * @param {string} fields.detail
   * @param {number | null} [fields.retryAfter] Seconds to wait before another attempt.
   * @param {{field: string, message: string}[]} [fields.errors] What is wrong with which field.
   * @param {object} [fields.data] The whole problem document.
   */
  constructor({ status, code, title, detail, retryAfter = null, errors = [], data = {} }) {
    super(detail);
    Object.assign(this, { status, code, title, detail, retryAfter, errors, data });
  }
}

/**
 * Return a value as one segment of a path.
 *
 * @param {string} value
 * @returns {string}
 * @throws {Problem} No path can hold it: a URL drops `.` and `..`, however they are written, and has no half of a surrogate pair.
 */
export function segment(value) {
  if ([".", "..", ""].includes(value) || !value.isWellFormed()) {
    throw new Problem({ status: 404, code: "not-found", title: "Not found", detail: "There is nothing of this name." });
  }
  return encodeURIComponent(value);
}

/**
 * Send one request.
 *
 * @param {string} method
 * @param {string} path Relative to the API, for instance `organizations/google/members`.
 * @param {object} [options]
 * @param {Record<string, unknown>} [options.query] Parameters; those that are null or undefined are left out.
 * @param {unknown} [options.body] Sent as JSON, or as it is if it is a string or a Blob.
 * @param {Record<string, string>} [options.headers]
 * @param {boolean} [options.text] Leave the answer as text, for a body whose numbers JavaScript cannot hold.
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.token] Access token.
 * @returns {Promise<{status: number, data: any, etag: string | null, headers: Headers}>}
 * @throws {Problem} The API refuses, or there is no answer: then nobody knows whether a write was carried out.
 */
export async function send(method, path, options = {}) {
  const answer = await fetched(method, path, options);
  const content = await contentOf(answer, method);
  if (!answer.ok && answer.status !== 304) {
    throw problemOf(answer, content);
  }
  const data = options.text ? content : parsed(content);
  return { status: answer.status, data, etag: answer.headers.get("ETag"), headers: answer.headers };
}

/**
 * Do what may be done more than once, up to three times, and wait in between as the API asks.
 *
 * @template Result
 * @param {() => Promise<Result>} attempt
 * @param {AbortSignal} [signal] Ends the wait.
 * @returns {Promise<Result>}
 */
export async function repeat(attempt, signal) {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (problem) {
      const seconds = problem.retryAfter ?? 2 ** tries / 2;
      const isPassing = problem.status === 503 || problem.status === 429;
      if (!isPassing || tries === TRIES || seconds > LONGEST_WAIT_SECONDS) {
        throw problem;
      }
      await sleep(seconds, signal);
    }
  }
}

/**
 * Wait for a while, or until the signal.
 *
 * @param {number} seconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 * @throws The signal's reason.
 */
export function sleep(seconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function fetched(method, path, { query, body, headers, signal, token }) {
  const isPlain = body === undefined || typeof body === "string" || body instanceof Blob;
  const fields = new Headers(headers);
  if (!isPlain && !fields.has("Content-Type")) {
    fields.set("Content-Type", "application/json");
  }
  if (token) {
    fields.set("Authorization", `Bearer ${token}`);
  }
  const limit = AbortSignal.timeout(NO_ANSWER_MS);
  try {
    return await fetch(addressOf(path, query), {
      method,
      headers: fields,
      body: isPlain ? body : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      mode: "same-origin",
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch (error) {
    throw signal?.aborted ? error : offline(method);
  }
}

function addressOf(path, query = {}) {
  const address = new URL(path, API);
  if (!address.href.startsWith(API.href)) {
    throw new Error(`${path} is not below the API`);
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") {
      address.searchParams.append(name, String(value));
    }
  }
  return address;
}

async function contentOf(answer, method) {
  try {
    return await answer.text();
  } catch {
    throw offline(method); // the connection was lost in the middle of the answer
  }
}

function parsed(content) {
  try {
    return content ? JSON.parse(content) : null;
  } catch {
    return null;
  }
}

function problemOf(answer, content) {
  const data = parsed(content) ?? {};
  const seconds = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  return new Problem({
    status: answer.status,
    code: data.code ?? "unexpected-answer",
    title: data.title ?? "Unexpected answer",
    detail: data.detail ?? `The service answered with status ${answer.status}.`,
    retryAfter: Number.isNaN(seconds) ? null : seconds,
    errors: data.errors ?? [],
    data,
  });
}

function offline(method) {
  const detail =
    method === "GET"
      ? "The service cannot be reached. Check the connection."
      : "The connection was lost before an answer came. The change may have been made: look before you repeat it.";
  return new Problem({ status: 0, code: "offline", title: "No connection", detail });
}
