/** One request over HTTP. */
import { NoAnswer } from "./problems.js";

/** A request that can be sent any number of times. */
export interface Outgoing {
  method: string;
  url: string;
  headers: Headers;
  body?: string;
  signal?: AbortSignal | undefined;
}

/** An answer that has been read to its end. */
export interface Received {
  status: number;
  headers: Headers;
  text: string;
}

/** Sends a request, and throws `NoAnswer` if the outcome is unknown. */
export type Send = (request: Outgoing) => Promise<Received>;

/** Adds a signature to a request. */
export type Sign = (request: Request) => Request | Promise<Request>;

/** Return what sends a request once; what is wrong with the request itself is thrown as it is. */
export function sender(fetching: typeof fetch, timeoutSeconds: number, sign: Sign = (request) => request): Send {
  return async ({ method, url, headers, body, signal }) => {
    signal?.throwIfAborted();
    const request = await sign(new Request(url, { method, headers, body: body ?? null, credentials: "omit" }));
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const response = await fetching(request, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NoAnswer(`no answer to ${method} ${url}`, { cause });
    }
  };
}
