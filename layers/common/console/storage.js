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
 * Do something when another tab forgets what is kept. A page that the browser has put aside meanwhile is told when somebody
 * goes back to it.
 *
 * @param {string} name
 * @param {() => void} act
 */
export function whenForgotten(name, act) {
  globalThis.addEventListener?.("storage", ({ key, newValue }) => {
    if (newValue === null && (key === null || key === nameOf(name))) {
      act();
    }
  });
  globalThis.addEventListener?.("pageshow", ({ persisted }) => persisted && kept(name) === null && act());
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
