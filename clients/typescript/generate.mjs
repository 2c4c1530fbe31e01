/**
 * Generate what the TypeScript client knows of each operation from the OpenAPI document: its types, with
 * openapi-typescript, and a table of how it is sent. Problems and 304 are left out, for the client throws them.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../functions/docs/openapi.json", import.meta.url);
const GENERATED = new URL("src/generated/", import.meta.url);
const CALLERS = { bearer: "bearer", iam: "operator" };

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
const table = {};
for (const [path, item] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses).filter(([status]) => Number(status) < 300),
    );
    table[operation.operationId] = sentAs(method.toUpperCase(), path, operation);
  }
}
delete document.components.schemas.Problem;
delete document.components.schemas.FieldError;

function sentAs(method, path, operation) {
  const schemes = (operation.security ?? []).flatMap((scheme) => Object.keys(scheme));
  const types = Object.keys(operation.requestBody?.content ?? {});
  return {
    method,
    path,
    caller: CALLERS[schemes[0]] ?? "nobody",
    ...(types.length && { contentType: types.includes("application/json") ? "application/json" : types[0] }),
    ...(operation.parameters?.some(({ name }) => name.toLowerCase() === "idempotency-key") && { takesKey: true }),
  };
}

const types = await openapiTS(document, { emptyObjectsUnknown: true, defaultNonNullable: false });
await mkdir(GENERATED, { recursive: true });
await writeFile(new URL("schema.ts", GENERATED), astToString(types));
await writeFile(
  new URL("table.ts", GENERATED),
  `import type { SentAs } from "../operations.js";
import type { operations } from "./schema.js";

export const TABLE: Record<keyof operations, SentAs> = ${JSON.stringify(table)};
`,
);
