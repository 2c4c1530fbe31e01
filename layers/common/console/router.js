/** Which view is shown: the part of the address behind `#`. */
import { useStore } from "./html.js";
import { createStore } from "./store.js";

const route = createStore(parse(window.location.hash));
const NOTHING = () => false;
let isUnsaved = NOTHING;
let question = "";
let shown = window.location.hash;

window.addEventListener("hashchange", () => {
  if (window.location.hash === shown) {
    return;
  }
  if (!mayLeave()) {
    window.history.replaceState(null, "", shown || "#/");
    return;
  }
  isUnsaved = NOTHING;
  shown = window.location.hash;
  route.set(parse(shown));
});

window.addEventListener("beforeunload", (event) => {
  if (isUnsaved()) {
    event.preventDefault();
  }
});

/**
 * Show a view.
 *
 * @param {string} path
 * @param {Record<string, unknown>} [query]
 * @param {{replace?: boolean}} [options] replace: the back button does not come here again.
 */
export function navigate(path, query, { replace = false } = {}) {
  const hash = hrefOf(path, query);
  if (replace) {
    window.history.replaceState(null, "", hash);
    shown = hash;
    route.set(parse(hash));
  } else {
    window.location.hash = hash;
  }
}

/** @returns {import("./types.js").Route} */
export function useRoute() {
  return useStore(route);
}

/** @returns {import("./types.js").Route} */
export function currentRoute() {
  return route.get();
}

/**
 * Ask before somebody leaves what is not saved or not finished.
 *
 * @param {() => boolean} check Tells whether something is; it is forgotten with the view.
 * @param {string} [wording]
 */
export function askBeforeLeaving(check, wording = "Leave without saving?") {
  isUnsaved = check;
  question = wording;
}

/** Ask, where there is a reason to, and tell whether to leave the view. Where that fails, the next one asks again. */
export function mayLeave() {
  return !isUnsaved() || window.confirm(question);
}

/**
 * @param {string} hash For instance `#/documents?filter=...`.
 * @returns {import("./types.js").Route}
 */
export function parse(hash) {
  const [path, ...rest] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decoded);
  const query = Object.fromEntries(new URLSearchParams(rest.join("?")));
  return { path: "/" + parts.map((part) => encodeURIComponent(part.toWellFormed())).join("/"), parts, query };
}

/**
 * Return the address of a view, for links: `href=${hrefOf("/members")}`.
 *
 * @param {string} path Begins with `/`; its segments are encoded.
 * @param {Record<string, unknown>} [query] Parameters; those that are empty are left out.
 * @returns {string}
 */
export function hrefOf(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const parameters = new URLSearchParams(filled.map(([name, value]) => [name, String(value)]));
  return `#${path}${filled.length ? `?${parameters}` : ""}`;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
