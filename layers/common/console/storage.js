/** What the browser keeps when the page is closed: settings and hints, never a credential. */
import { API } from "./http.js";

/** Other deployments at other paths of this host have names of their own. */
const nameOf = (name) => `tenantry${API.pathname}${name}`;

/**
 * @param {string} name
 * @returns {string | null | undefined} Null if nothing is kept; undefined if this browser keeps nothing at all.
 */
export function kept(name) {
  try {
    return localStorage.getItem(nameOf(name));
  } catch {
    return undefined;
  }
}

/**
 * Do something when another tab forgets what is kept. A page that the browser has put aside hears of that only when somebody
 * goes back to it; by then there may be something else.
 *
 * @param {string} name
 * @param {() => string | null | undefined} known What the page knows to be kept.
 * @param {() => void} act
 */
export function whenForgotten(name, known, act) {
  const look = (isReason) => isReason && kept(name) !== known() && act();
  globalThis.addEventListener?.("storage", ({ key, newValue }) => look(newValue === null && (key === null || key === nameOf(name))));
  globalThis.addEventListener?.("pageshow", ({ persisted }) => look(persisted));
}

/**
 * @param {string} name
 * @param {string | null} value Null to forget it.
 */
export function keep(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(nameOf(name));
    } else {
      localStorage.setItem(nameOf(name), value);
    }
  } catch {
    // It lasts as long as the page, then.
  }
}
