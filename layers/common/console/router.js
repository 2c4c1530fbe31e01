/** Which view is shown: the part of the address behind `#`. */
import { useStore } from "./html.js";
import { format, parse } from "./location.js";
import { createStore } from "./store.js";

const route = createStore(parse(window.location.hash));
let isUnsaved = () => false;
let shown = window.location.hash;

window.addEventListener("hashchange", () => {
  if (window.location.hash === shown) {
    return;
  }
  if (isUnsaved() && !window.confirm("Leave without saving?")) {
    window.history.replaceState(null, "", shown || "#/");
    return;
  }
  isUnsaved = () => false;
  shown = window.location.hash;
  route.set(parse(shown));
});

window.addEventListener("beforeunload", (event) => {
  if (isUnsaved()) {
    event.preventDefault();
  }
});

/** Show a view when it is followed, and name it in links: `href=${hrefOf("/members")}`. */
export const hrefOf = format;

/**
 * Show a view.
 *
 * @param {string} path
 * @param {Record<string, unknown>} [query]
 * @param {{replace?: boolean}} [options] replace: the back button does not come here again.
 */
export function navigate(path, query, { replace = false } = {}) {
  const hash = format(path, query);
  if (replace) {
    window.history.replaceState(null, "", hash);
    shown = hash;
    route.set(parse(hash));
  } else {
    window.location.hash = hash;
  }
}

/** @returns {import("./location.js").Route} */
export function useRoute() {
  return useStore(route);
}

/** @returns {import("./location.js").Route} */
export function currentRoute() {
  return route.get();
}

/**
 * Ask before somebody leaves what is not saved.
 *
 * @param {() => boolean} check Tells whether something is not saved; it is forgotten with the view.
 */
export function askBeforeLeaving(check) {
  isUnsaved = check;
}
