/** The types of operations: what each one takes, and what its success answers. */
import type { components, operations } from "./generated/schema.js";

/** Shapes that the OpenAPI document names. */
export type Schemas = components["schemas"];

/** An operation of the OpenAPI document, by its operationId. */
export type Operation = keyof operations;

/** Whose credentials go with a request. */
export type Caller = "bearer" | "operator" | "nobody";

/** How an operation is sent. */
export interface SentAs {
  method: string;
  path: string;
  caller: Caller;
  contentType?: string;
  takesKey?: boolean;
}

type Json<Content> = Content extends { "application/json": infer Value } ? Value : Content[keyof Content];

type Body<O extends Operation> = operations[O] extends { requestBody: { content: infer Content } }
  ? { body: Json<Content> }
  : [NonNullable<operations[O]["requestBody"]>] extends [never]
    ? { body?: never }
    : { body?: Json<NonNullable<operations[O]["requestBody"]>["content"]> };

/** What an operation takes; `signal` ends the wait for it, and not what the service is doing. */
export type Input<O extends Operation> = Omit<operations[O]["parameters"], "cookie"> &
  Body<O> & { signal?: AbortSignal };

/** The arguments behind an operation: none has to be given if nothing has. */
export type Arguments<O extends Operation> = object extends Input<O> ? [input?: Input<O>] : [input: Input<O>];

type Content<Response> = Response extends { content: infer Value } ? Json<Value> : undefined;

/** The content of an operation's success; undefined if it has none. */
export type Data<O extends Operation> = {
  [Status in keyof operations[O]["responses"]]: Content<operations[O]["responses"][Status]>;
}[keyof operations[O]["responses"]];

/** What all pages of lists have; null on the last one. */
export interface Page {
  next_cursor: string | null;
}

/** An operation that answers a page of a list. */
export type ListOperation = {
  [O in Operation]: operations[O]["parameters"] extends { query?: { cursor?: string | null } }
    ? Data<O> extends Page
      ? O
      : never
    : never;
}[Operation];

/** A success. */
export interface Answer<Value> {
  status: number;
  headers: Headers;
  data: Value;
}
