/** What modules of the console expect of a browser, and a service that answers as a test says. */

import { registerHooks } from "node:module";

const API = "https://api.example/v1/";
globalThis.document = { baseURI: `${API}console/index.html` };
globalThis.window = { location: { hash: "" }, addEventListener() {} };

// What the import map of the page says.
const LIBRARY = { preact: "preact.js", "preact/hooks": "hooks.js", htm: "htm.js" };
const addressOf = (name) => new URL(`../../../layers/common/console/library/${LIBRARY[name]}`, import.meta.url).href;
registerHooks({
  resolve: (name, context, next) => (Object.hasOwn(LIBRARY, name) ? { url: addressOf(name), shortCircuit: true } : next(name, context)),
});

/**
 * Import a module of the console, apart from those that other tests have imported.
 *
 * @param {string} path
 */
export function load(path) {
  return import(new URL(`../../../layers/common/console/${path}`, import.meta.url));
}

/**
 * Answer requests from now on.
 *
 * @param {(request: {method: string, path: string, headers: Headers, body: any}) => object | Promise<object>} answer
 *   Returns status, body and headers, or throws for a connection that is lost.
 * @returns {{method: string, path: string, headers: Headers, body: any}[]} The requests that have come.
 */
export function serve(answer) {
  const requests = [];
  globalThis.fetch = async (url, { method, headers, body }) => {
    const request = { method, path: String(url).slice(API.length), headers, body: body && JSON.parse(body) };
    requests.push(request);
    const { status = 200, body: content = null, headers: fields = {} } = await answer(request);
    return new Response(content === null ? null : JSON.stringify(content), { status, headers: fields });
  };
  return requests;
}

/** @param {number} status @param {string} code @param {object} [headers] */
export function refusal(status, code, headers = {}) {
  return { status, headers, body: { code, title: code, detail: code, status } };
}
