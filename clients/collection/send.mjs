/**
 * Send requests of a collection one after the other, as Postman does, with the runtime that it uses.
 *
 * Standard input is `{collection, variables, requests}`; a request is told by its method and path, as the OpenAPI
 * document writes them. Standard output is `{answers, variables}`, with the variables as they are at the end.
 */
import { text } from "node:stream/consumers";
import sdk from "postman-collection";
import runtime from "postman-runtime";

const TIMEOUT = { request: 60_000, script: 10_000 };

const { collection, variables, requests } = JSON.parse(await text(process.stdin));
const items = new Map(itemsIn(collection.item).map((item) => [keyOf(item.request), item]));
const chosen = new sdk.Collection({
  ...collection,
  item: requests.map((key, number) => ({ ...items.get(key), id: `${number}`, name: key })),
});
for (const [name, value] of Object.entries(variables)) {
  chosen.variables.upsert({ key: name, value });
}
const answers = [];
new runtime.Runner().run(chosen, { timeout: TIMEOUT }, (error, run) => {
  stopIf(error);
  run.start({
    script: (failed) => stopIf(failed),
    response(failed, cursor, response, sent, item) {
      stopIf(failed);
      const { code: status, headers } = response;
      const content = { type: headers.get("Content-Type") ?? "", body: response.text() };
      answers.push({ request: item.name, status, ...content });
    },
    done(failed) {
      stopIf(failed);
      process.stdout.write(JSON.stringify({ answers, variables: run.state.collectionVariables.toObject() }));
    },
  });
});

function itemsIn(items) {
  return items.flatMap((item) => (item.item ? itemsIn(item.item) : [item]));
}

function keyOf({ method, url }) {
  return `${method} /${url.path.join("/").replace(/:(\w+)/g, "{$1}")}`;
}

function stopIf(error) {
  if (error) {
    throw error;
  }
}
