export { type Options, Tenantry } from "./client.js";
export type { Sign } from "./http.js";
export type { Answer, Data, Input, ListOperation, Operation, Schemas } from "./operations.js";
export { type FieldError, NoAnswer, NotModified, Problem } from "./problems.js";
export type { Retries } from "./retries.js";
export type { Tokens } from "./tokens.js";
