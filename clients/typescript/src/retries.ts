/** Repetition of requests that may be repeated. */
import type { Outgoing, Send } from "./http.js";
import { NoAnswer, retryAfterSeconds } from "./problems.js";

/** How often and how long a request is repeated. */
export interface Retries {
  /** How often it is sent at most. */
  attempts: number;
  /** An answer that asks for a longer wait is not waited for. */
  longestWaitSeconds: number;
  /** Waits; throws the reason of a signal that ends the wait. */
  sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
}

export const RETRIES: Readonly<Retries> = { attempts: 5, longestWaitSeconds: 30, sleep };

const REPEATED_STATUSES = [429, 503];
const SAFE_METHODS = ["GET", "HEAD"];
const CONDITIONS = ["If-Match", "If-None-Match", "Idempotency-Key"];

/** Tell whether an answer asks to come again later. */
export function isRepeated(status: number): boolean {
  return REPEATED_STATUSES.includes(status);
}

/**
 * Wait before the next attempt, and return true; or false if there is to be none.
 *
 * @param attempt How many have been made.
 * @param askedSeconds For how long the last answer asks to wait, if it does.
 */
export async function waitAfter(
  retries: Retries,
  attempt: number,
  askedSeconds?: number,
  signal?: AbortSignal,
): Promise<boolean> {
  // Between half and all of it, so that clients that failed together do not come back together.
  const growing = 0.2 * 2 ** attempt * (0.5 + Math.random() / 2);
  const seconds = askedSeconds ?? growing;
  if (attempt >= retries.attempts || seconds > retries.longestWaitSeconds) {
    return false;
  }
  await retries.sleep(seconds, signal);
  return true;
}

/**
 * Return what sends a request again after 429, 503 or no answer, if it may be repeated.
 *
 * Where the last answer is 412, and an earlier attempt got none, that attempt may have been carried out.
 */
export function repeating(send: Send, retries: Retries): Send {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const received = await send(request);
        const isFinal = !isRepeated(received.status) || !mayBeRepeated(request);
        if (isFinal || !(await waitAfter(retries, attempt, retryAfterSeconds(received.headers), request.signal))) {
          return received;
        }
      } catch (error) {
        const isFinal = !(error instanceof NoAnswer) || !mayBeRepeated(request);
        if (isFinal || !(await waitAfter(retries, attempt, undefined, request.signal))) {
          throw error;
        }
      }
    }
  };
}

/** Tell whether a request does no more if it arrives twice: it reads, or has a condition or a key. */
function mayBeRepeated({ method, headers }: Outgoing): boolean {
  return SAFE_METHODS.includes(method) || CONDITIONS.some((name) => headers.has(name));
}

function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) {
      stop();
    }
  });
}
