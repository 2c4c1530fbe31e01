/** The tokens of one login, which any number of requests share. */
import type { Outgoing, Received, Send } from "./http.js";
import { Problem, problemOf } from "./problems.js";

const MARGIN_MS = 30_000; // before its end an access token is replaced

/** What a login or a refresh has given. */
export interface Tokens {
  /** For requests, for some minutes; empty if it has to be asked for. */
  readonly accessToken: string;
  /** For the next tokens, once. To be kept as secret as a password; empty for an API key. */
  readonly refreshToken: string;
  /** When the access token ends, as `Date.now` tells the time. */
  readonly endsAt: number;
}

/** An answer with tokens; one that only confirms a login has no refresh token. */
export interface Grant {
  access_token: string;
  refresh_token?: string;
  expires_in: number;
}

/** Sends an access token with each request, and replaces it near its end and when it is refused. */
export class Session {
  #tokens: Tokens | null;
  #refresh: { of: Tokens; outcome: Promise<void> } | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param tokens To begin with.
   * @param refresh Gives a refresh token for other tokens, and throws `Problem` if it is refused.
   * @param onRefreshToken Called with each refresh token that comes, to store it.
   */
  constructor(
    tokens: Tokens | null,
    readonly refresh: (token: string) => Promise<Grant>,
    readonly onRefreshToken: (token: string) => void | Promise<void>,
  ) {
    this.#tokens = tokens;
  }

  /** The tokens of this moment; null if nobody is logged in, or the session has ended. */
  get tokens(): Tokens | null {
    return this.#tokens;
  }

  /** Use the tokens that a login has given. */
  take(grant: Grant): Promise<void> {
    return this.#alone(() => this.#use(grant));
  }

  /** Give the refresh token for other tokens, while no other call does; throws if nobody is logged in. */
  exchange<Given extends Grant>(replace: (token: string) => Promise<Given>): Promise<Given> {
    return this.#alone(async () => {
      if (!this.#tokens?.refreshToken) {
        throw new Error("log in first");
      }
      const grant = await replace(this.#tokens.refreshToken);
      await this.#use(grant);
      return grant;
    });
  }

  /** Forget the tokens, and return them. */
  end(): Promise<Tokens | null> {
    return this.#alone(async () => {
      const tokens = this.#tokens;
      this.#tokens = null;
      return tokens;
    });
  }

  /** Send a request with the token, and again with another one if it is refused: then nothing has been done. */
  async send(request: Outgoing, send: Send): Promise<Received> {
    const used = await this.#current();
    const received = await send(withToken(request, used));
    if (used === null || received.status !== 401 || problemOf(received).code !== "invalid-token") {
      return received;
    }
    const following = await this.#following(used);
    return following === null ? received : send(withToken(request, following));
  }

  async #current(): Promise<Tokens | null> {
    const tokens = this.#tokens;
    const isFresh = !tokens?.refreshToken || Date.now() < tokens.endsAt - MARGIN_MS;
    return isFresh ? tokens : this.#following(tokens);
  }

  /** Return tokens that are not these; null if there is no way to others. */
  async #following(used: Tokens): Promise<Tokens | null> {
    if (!used.refreshToken) {
      return null;
    }
    if (this.#tokens === used) {
      if (this.#refresh?.of !== used) {
        this.#refresh = { of: used, outcome: this.#alone(() => this.#replace(used)) };
      }
      await this.#refresh.outcome;
    }
    return this.#tokens;
  }

  async #replace(tokens: Tokens): Promise<void> {
    if (this.#tokens !== tokens) {
      return; // a call before this one has replaced them
    }
    try {
      await this.#use(await this.refresh(tokens.refreshToken));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        this.#tokens = null; // the session has ended
      }
      throw error;
    } finally {
      this.#refresh = null;
    }
  }

  async #use(grant: Grant): Promise<void> {
    const earlier = this.#tokens?.refreshToken ?? "";
    const refreshToken = grant.refresh_token ?? earlier;
    const endsAt = Date.now() + grant.expires_in * 1000;
    this.#tokens = { accessToken: grant.access_token, refreshToken, endsAt };
    if (refreshToken !== earlier) {
      await this.onRefreshToken(refreshToken);
    }
  }

  /** Do one thing that changes the tokens after the other. */
  #alone<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function withToken(request: Outgoing, tokens: Tokens | null): Outgoing {
  const headers = new Headers(request.headers);
  if (tokens !== null) {
    headers.set("Authorization", `Bearer ${tokens.accessToken}`);
  }
  return { ...request, headers };
}
