/** The connection to one deployment, and who is logged in. */
import { TABLE } from "./generated/table.js";
import { type Outgoing, type Received, type Send, type Sign, sender } from "./http.js";
import type { Answer, Arguments, Data, ListOperation, Operation, Page } from "./operations.js";
import { NoAnswer, NotModified, Problem, problemOf } from "./problems.js";
import { isRepeated, RETRIES, repeating, type Retries, waitAfter } from "./retries.js";
import { type Grant, Session, type Tokens } from "./tokens.js";

/** How a client is set up. */
export interface Options {
  /** An organization's API key, in place of a login. */
  apiKey?: string;
  /** Of an earlier login, to go on with. */
  refreshToken?: string;
  /** Called with each refresh token that comes, to store it: the one before ends with it. */
  onRefreshToken?: (token: string) => void | Promise<void>;
  /** Signs the operator's requests (AWS Signature Version 4, service execute-api). */
  operator?: Sign;
  /** How often what may be repeated is repeated. */
  retries?: Partial<Retries>;
  /** For each attempt; API Gateway answers within 29. */
  timeoutSeconds?: number;
  /** Sends requests; the one of the platform if left out. */
  fetch?: typeof fetch;
}

/**
 * A deployment of Tenantry, and one login there; any number of calls may share it.
 *
 * @example
 * const tenantry = new Tenantry("https://api.example.com");
 * await tenantry.logIn("ada@example.com", password, { organization: "google" });
 * await tenantry.call("insertDocuments", { path: { organization: "google" }, body: { text: "hello" } });
 */
export class Tenantry {
  readonly #url: string;
  readonly #retries: Retries;
  readonly #session: Session;
  readonly #send: Send;
  readonly #sendAsOperator: Send;

  /** @param url The stack's output ApiUrl. */
  constructor(url: string, options: Options = {}) {
    const { fetch: fetching = (...request) => fetch(...request), timeoutSeconds = 30 } = options;
    this.#url = url.replace(/\/$/, "");
    this.#retries = { ...RETRIES, ...options.retries };
    this.#send = repeating(sender(fetching, timeoutSeconds), this.#retries);
    this.#sendAsOperator = repeating(sender(fetching, timeoutSeconds, options.operator), this.#retries);
    this.#session = new Session(
      tokensOf(options),
      (token) => this.#refreshed(token),
      options.onRefreshToken ?? (() => undefined),
    );
  }

  /** The tokens of this moment; null if nobody is logged in, or the session has ended. */
  get tokens(): Tokens | null {
    return this.#session.tokens;
  }

  /**
   * Log in, and act as that account in that organization from now on.
   *
   * @param choice `organization`, slug or id, is needed by members of several; `device_token` is what an
   * earlier login from this device gave.
   * @throws Problem with invalid-credentials, organization-required, too-many-requests and others.
   */
  async logIn(
    email: string,
    password: string,
    choice: { organization?: string; device_token?: string } = {},
  ): Promise<Data<"login">> {
    const answer = await this.call("login", { body: { ...choice, email, password } });
    await this.#session.take(answer);
    return answer;
  }

  /**
   * Act in another organization of the same account from now on; the tokens before end.
   *
   * Where the outcome is unknown, the login goes on, in one of the two; see the answer's `organization`.
   */
  switch(organization: string): Promise<Data<"switchOrganization">> {
    return this.#session.exchange((refresh_token) =>
      this.call("switchOrganization", { body: { refresh_token, organization } }),
    );
  }

  /** Confirm the password, for what takes a recent login (the problem login-too-old). */
  async confirm(password: string): Promise<void> {
    await this.#session.take(await this.call("confirmLogin", { body: { password } }));
  }

  /** End the session; a session that has ended before is no error. */
  async logOut(): Promise<void> {
    const tokens = await this.#session.end();
    if (tokens?.refreshToken) {
      try {
        await this.call("logout", { body: { refresh_token: tokens.refreshToken } });
      } catch (error) {
        if (!(error instanceof Problem && error.status === 401)) {
          throw error;
        }
      }
    }
  }

  /**
   * Carry an operation out, and return the content of its answer.
   *
   * @param operation Its operationId in the OpenAPI document.
   * @throws Problem for every answer that is no success, NotModified for 304, NoAnswer if the outcome is unknown.
   */
  async call<O extends Operation>(operation: O, ...input: Arguments<O>): Promise<Data<O>> {
    return (await this.answer(operation, ...input)).data;
  }

  /** As `call`, with the header fields of the answer, such as ETag. */
  async answer<O extends Operation>(operation: O, ...[input]: Arguments<O>): Promise<Answer<Data<O>>> {
    const request = outgoing(this.#url, operation, (input ?? {}) as AnyInput);
    const { status, headers, text } = await this.#sent(operation, request);
    if (status === 304) {
      throw new NotModified("304: what the client has is what there is");
    }
    if (status < 200 || status > 299) {
      throw problemOf({ status, headers, text });
    }
    const isJson = headers.get("Content-Type")?.includes("json");
    const data = text === "" ? undefined : isJson ? JSON.parse(text) : text;
    return { status, headers, data: data as Data<O> };
  }

  /**
   * Go through a list page by page; the next page is asked for when it is needed.
   *
   * @example
   * for await (const page of tenantry.pages("listDocuments", { path: { organization: "google" } })) {
   *   for (const document of page.documents) console.log(document.text);
   * }
   */
  async *pages<O extends ListOperation>(operation: O, ...[input]: Arguments<O>): AsyncGenerator<Data<O>, void> {
    let asked = input as AnyInput | undefined;
    for (;;) {
      const page = await this.call(operation, ...([asked] as Arguments<O>));
      yield page;
      const cursor = (page as unknown as Page).next_cursor;
      if (cursor === null) {
        return;
      }
      asked = { ...asked, query: { ...asked?.query, cursor } };
    }
  }

  #sent(operation: Operation, request: Outgoing): Promise<Received> {
    const { caller } = TABLE[operation];
    if (caller === "bearer") {
      return this.#session.send(request, this.#send);
    }
    return caller === "operator" ? this.#sendAsOperator(request) : this.#send(request);
  }

  /**
   * Give a refresh token for the next tokens.
   *
   * Where the outcome is unknown, the same token is sent again: for 30 seconds it is answered with what came
   * of it, and nothing else can be made of it.
   */
  async #refreshed(refresh_token: string): Promise<Grant> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.call("refresh", { body: { refresh_token } });
      } catch (error) {
        const isOver = error instanceof Problem && error.status < 500 && !isRepeated(error.status);
        const isKnown = error instanceof NoAnswer || error instanceof Problem;
        const asked = error instanceof Problem ? error.retryAfterSeconds : undefined;
        if (isOver || !isKnown || !(await waitAfter(this.#retries, attempt, asked))) {
          throw error;
        }
      }
    }
  }
}

function tokensOf({ apiKey, refreshToken }: Options): Tokens | null {
  if (apiKey !== undefined) {
    return { accessToken: apiKey, refreshToken: "", endsAt: Infinity };
  }
  return refreshToken === undefined ? null : { accessToken: "", refreshToken, endsAt: 0 };
}

interface AnyInput {
  path?: object;
  query?: object;
  header?: object;
  body?: unknown;
  signal?: AbortSignal;
}

function outgoing(url: string, operation: Operation, input: AnyInput): Outgoing {
  const { method, path, contentType, takesKey } = TABLE[operation];
  const values = new Map(Object.entries(input.path ?? {}));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const query = new URLSearchParams(given(input.query)).toString();
  const headers = new Headers({ Accept: "application/json", ...(takesKey && { "Idempotency-Key": newKey() }) });
  for (const [name, value] of given(input.header)) {
    headers.set(name, value);
  }
  const request = { method, url: `${url}${filled}${query && `?${query}`}`, headers, signal: input.signal };
  if (input.body === undefined || contentType === undefined) {
    return request;
  }
  headers.set("Content-Type", contentType);
  const isForm = contentType === "application/x-www-form-urlencoded";
  const body = isForm ? new URLSearchParams(given(input.body as object)).toString() : JSON.stringify(input.body);
  return { ...request, body };
}

/** Return what has a value, as text. */
function given(values: object = {}): [string, string][] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, String(value)]);
}

/** Return an Idempotency-Key for one request and its repetitions. */
function newKey(): string {
  return crypto.randomUUID();
}
