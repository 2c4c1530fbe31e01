/** A value that components and modules share, and are told of when it changes. */

/**
 * @template Value
 * @param {Value} value To begin with.
 * @returns {import("./types.js").Store<Value>}
 */
export function createStore(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(following) {
      value = following;
      [...listeners].forEach((listener) => listener(value));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
