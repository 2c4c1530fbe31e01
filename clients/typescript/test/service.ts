/** A service on this machine that answers as a test wants it, and clients of it that do not wait. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { type Options, Problem, Tenantry } from "tenantry-client";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What is answered; nothing, and the connection breaks. */
export type Reply = { status: number; content?: unknown; headers?: Record<string, string> } | undefined;
type Answering = (asked: Asked) => Reply | Promise<Reply>;

export const GOOGLE = { path: { organization: "google" } };

export function problem(status: number, code: string, headers: Record<string, string> = {}): Reply {
  return { status, content: { status, code, title: code, detail: `It is ${code}.` }, headers };
}

/** Serve for the length of a test, and return a client whose waits take no time. */
export async function client(
  test: TestContext,
  answering: Answering,
  options: Options = {},
): Promise<{ tenantry: Tenantry; waits: number[] }> {
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    const { pathname, searchParams } = new URL(request.url ?? "", "http://127.0.0.1");
    const path = pathname.replace(/^\/v1/, "");
    const { method = "", headers } = request;
    answer(response, await answering({ method, path, query: searchParams, headers, body }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const waits: number[] = [];
  const sleep = async (seconds: number): Promise<void> => void waits.push(seconds);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
  return { tenantry: new Tenantry(url, { retries: { sleep }, ...options }), waits };
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === undefined) {
    response.destroy();
    return;
  }
  const content = typeof reply.content === "string" ? reply.content : JSON.stringify(reply.content);
  response.writeHead(reply.status, { "Content-Type": "application/json", ...reply.headers }).end(content);
}

/** Logins and refreshes, whose tokens are numbered; the last access token alone is taken. */
export class Sessions {
  readonly refreshes: string[] = [];
  readonly lost = new Set<number>();
  expiresIn = 900;
  number = 1;

  readonly answer = ({ path, headers, body }: Asked): Reply => {
    switch (path) {
      case "/login":
        return this.#granted();
      case "/login/refresh":
        return this.#refreshed((JSON.parse(body) as { refresh_token: string }).refresh_token);
      case "/logout":
        return { status: 204 };
    }
    const isCurrent = headers.authorization === `Bearer access-${this.number}`;
    return isCurrent ? { status: 200, content: { slug: "google" } } : problem(401, "invalid-token");
  };

  #granted(): Reply {
    const { number, expiresIn } = this;
    const content = { access_token: `access-${number}`, refresh_token: `refresh-${number}`, expires_in: expiresIn };
    return { status: 200, content };
  }

  #refreshed(token: string): Reply {
    this.refreshes.push(token);
    if (![this.number, this.number - 1].some((number) => token === `refresh-${number}`)) {
      return problem(401, "invalid-refresh-token");
    }
    this.number += token === `refresh-${this.number}` ? 1 : 0;
    return this.lost.has(this.refreshes.length) ? undefined : this.#granted();
  }
}

/** What `assert.rejects` compares a problem with. */
export function coded(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.code === code;
}
