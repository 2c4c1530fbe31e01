/** Answers that are no success, and requests that got no answer. */
import type { Received } from "./http.js";

/** What the client has is what there is (304), as it asked by If-None-Match. */
export class NotModified extends Error {
  override name = "NotModified";
}

/** No answer has come, so the outcome is unknown; `cause` is what `fetch` told. */
export class NoAnswer extends Error {
  override name = "NoAnswer";
}

/** A field that the service has refused. */
export interface FieldError {
  field: string;
  message: string;
}

/** A problem document (RFC 9457), or another answer that is no success. */
export class Problem extends Error {
  override name = "Problem";
  /** What programs can rely on; empty if the answer was no problem document. New codes may come. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly instance: string;
  readonly errors: readonly FieldError[];
  /** The document. */
  readonly content: Readonly<Record<string, unknown>>;

  constructor(
    readonly status: number,
    content: Record<string, unknown>,
    /** How long to wait before the next request, if the answer says it. */
    readonly retryAfterSeconds?: number,
  ) {
    const text = (name: string): string => (typeof content[name] === "string" ? content[name] : "");
    const errors = Array.isArray(content.errors) ? (content.errors as FieldError[]) : [];
    const wrong = errors.map(({ field, message }) => `${field} ${message}`).join("; ");
    super(`${status} ${text("code")}: ${wrong || text("detail")}`);
    this.code = text("code");
    this.title = text("title");
    this.detail = text("detail");
    this.instance = text("instance");
    this.errors = errors;
    this.content = content;
  }
}

/** Return the problem that an answer is. */
export function problemOf(received: Received): Problem {
  return new Problem(received.status, contentOf(received.text), retryAfterSeconds(received.headers));
}

/** Return the seconds of Retry-After, which the service gives as a number (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const text = headers.get("Retry-After") ?? "";
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

function contentOf(text: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === "object" && content !== null && !Array.isArray(content) ? { ...content } : {};
  } catch {
    return {};
  }
}
