/** What the browser keeps when the page is closed: settings and hints, never a credential. */

/**
 * @param {string} name
 * @returns {string | null | undefined} Null if nothing is kept; undefined if this browser keeps nothing at all.
 */
export function kept(name) {
  try {
    return localStorage.getItem(`tenantry-${name}`);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {string | null} value Null to forget it.
 */
export function keep(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(`tenantry-${name}`);
    } else {
      localStorage.setItem(`tenantry-${name}`, value);
    }
  } catch {
    // It lasts as long as the page, then.
  }
}
