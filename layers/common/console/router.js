/** Which view is shown: the part of the address behind `#`. */
import { useStore } from "./html.js";
import { format, parse } from "./location.js";
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
 * Ask before somebody leaves what is not saved or not finished.
 *
 * @param {() => boolean} check Tells whether something is; it is forgotten with the view.
 * @param {string} [wording]
 */
export function askBeforeLeaving(check, wording = "Leave without saving?") {
  isUnsaved = check;
  question = wording;
}

/** Ask, where there is a reason to, and tell whether to leave the view. */
export function mayLeave() {
  if (isUnsaved() && !window.confirm(question)) {
    return false;
  }
  isUnsaved = NOTHING;
  return true;
}
