/**
 * Convert the OpenAPI document to a collection that Postman, Bruno and others import, with openapi-to-postmanv2.
 *
 * Tokens and ids that are answered are kept in variables of the collection, and the operator's requests are signed.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import Converter from "openapi-to-postmanv2";

const DOCUMENT = new URL("../../functions/docs/openapi.json", import.meta.url);
const COLLECTION = new URL("dist/tenantry.postman_collection.json", import.meta.url);
const OPTIONS = {
  folderStrategy: "Tags",
  parametersResolution: "Example",
  enableOptionalParameters: false,
  includeAuthInfoInExample: false,
};
const VARIABLES = {
  baseUrl: "https://api.example.com",
  token: "",
  refreshToken: "",
  mailToken: "",
  organization: "google",
  slug: "google-before",
  awsAccessKeyId: "",
  awsSecretAccessKey: "",
  awsSessionToken: "",
  awsRegion: "us-east-1",
};
const AUTH = {
  bearer: { type: "bearer", bearer: values({ token: "{{token}}" }) },
  iam: {
    type: "awsv4",
    awsv4: values({
      accessKey: "{{awsAccessKeyId}}",
      secretKey: "{{awsSecretAccessKey}}",
      sessionToken: "{{awsSessionToken}}",
      region: "{{awsRegion}}",
      service: "execute-api",
    }),
  },
};
const TOKENS = { token: "answer.access_token", refreshToken: "answer.refresh_token" };
const IDS = {
  createOrganization: { organization: "answer.organization.id" },
  listFormerSlugs: { slug: "answer.former_slugs[0]?.slug" },
  listSessions: { session: "answer.sessions[0]?.id" },
  listMembers: { member: "answer.members[0]?.id" },
  invite: { invitation: "answer.id" },
  createKey: { key: "answer.id", secret: "answer.secrets[0]?.id" },
};
const TAKEN = {
  refresh_token: "{{refreshToken}}",
  token: "{{mailToken}}",
  organization: "{{organization}}",
  member: "{{member}}",
};

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
const operations = new Map();
for (const [path, item] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses).filter(([status]) => Number(status) < 300),
    );
    for (const { content = {} } of [operation.requestBody ?? {}, ...Object.values(operation.responses)]) {
      const json = content["application/json"];
      if (json && !json.examples && !("example" in json)) {
        json.example = exampleOf(json.schema);
      }
    }
    operations.set(`${method.toUpperCase()} ${path}`, operation);
  }
}

const collection = await converted(document);
const ids = Object.assign({}, ...Object.values(IDS).map((kept) => mapped(kept, () => "")));
collection.variable = values({ ...ids, ...VARIABLES });
collection.auth = AUTH.bearer;
for (const { request, ...item } of requestsIn(collection.item)) {
  complete(item, request, operations.get(keyOf(request)));
}
await mkdir(new URL(".", COLLECTION), { recursive: true });
await writeFile(COLLECTION, JSON.stringify(collection, null, 1));

function converted(data) {
  return new Promise((resolve, reject) => {
    Converter.convertV2({ type: "json", data }, OPTIONS, (error, { result, reason, output } = {}) =>
      result ? resolve(output[0].data) : reject(error ?? new Error(reason)),
    );
  });
}

/** Bruno puts a protocol before the host of an address that is not there as a whole. */
function addressOf({ host, path, query = [] }) {
  const pairs = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${value}`);
  return `${host}/${path.join("/")}${pairs.length ? `?${pairs.join("&")}` : ""}`;
}

/** Make one example of those of the properties, for the converter makes up what has no example as a whole. */
function exampleOf(given) {
  const schema = document.components.schemas[given.$ref?.split("/").at(-1)] ?? given;
  if (schema.examples || "example" in schema) {
    return schema.examples?.[0] ?? schema.example;
  }
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, value]) => [name, exampleOf(value)]));
  }
  if (schema.items || schema.anyOf) {
    return schema.items ? [exampleOf(schema.items)] : exampleOf(schema.anyOf[0]);
  }
  return schema.const ?? schema.default ?? schema.enum?.[0] ?? null;
}

function complete(item, request, operation) {
  // The first scheme is {} where a login is no must, as for who begins.
  const [scheme] = Object.keys(operation.security?.[0] ?? {});
  request.auth = scheme === "iam" ? AUTH.iam : scheme === "bearer" ? null : { type: "noauth" };
  for (const parameter of [...(request.url.variable ?? []), ...(request.url.query ?? [])]) {
    const { schema } = operation.parameters.find(({ name }) => name === parameter.key);
    const value = String(schema.example ?? schema.default ?? "");
    parameter.value = parameter.key in ids ? `{{${parameter.key}}}` : encodeURIComponent(value);
  }
  for (const { url } of [request, ...item.response.map(({ originalRequest }) => originalRequest)]) {
    url.raw = addressOf(url);
  }
  for (const field of (request.header ?? []).filter(({ key }) => key.toLowerCase() === "idempotency-key")) {
    Object.assign(field, { disabled: false, value: "{{$guid}}" });
  }
  const isLogin = "access_token" in propertiesOf(operation.responses[200]);
  const kept = isLogin ? TOKENS : IDS[operation.operationId];
  if (kept) {
    item.event.push(keeping(kept));
  }
  const taken = Object.entries(TAKEN).filter(([name]) => name in propertiesOf(operation.requestBody));
  if (taken.length && request.body.mode === "raw") {
    request.body.raw = JSON.stringify({ ...JSON.parse(request.body.raw), ...Object.fromEntries(taken) }, null, 2);
  }
}

/** Keep parts of an answer in variables; a part that is not there changes none. */
function keeping(kept) {
  const lines = Object.entries(kept).map(
    ([name, part]) => `  if (${part}) pm.collectionVariables.set(${JSON.stringify(name)}, ${part});`,
  );
  const exec = ["if (pm.response.code < 300) {", "  const answer = pm.response.json();", ...lines, "}"];
  return { listen: "test", script: { type: "text/javascript", exec } };
}

function propertiesOf(message) {
  const schema = message?.content?.["application/json"]?.schema ?? {};
  const named = document.components.schemas[schema.$ref?.split("/").at(-1)] ?? schema;
  return named.properties ?? {};
}

function requestsIn(items) {
  return items.flatMap((item) => (item.item ? requestsIn(item.item) : [item]));
}

function keyOf({ method, url }) {
  return `${method} /${url.path.join("/").replace(/:(\w+)/g, "{$1}")}`;
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

function values(texts) {
  return Object.entries(texts).map(([key, value]) => ({ key, value, type: "string" }));
}
