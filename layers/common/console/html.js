/** Preact with htm: what a module needs to show something. */
import { Fragment, h, render } from "preact";
import htm from "htm";
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "preact/hooks";

export const html = htm.bind(h);

/**
 * Read a store, and show the component anew when it changes.
 *
 * @template Value
 * @param {import("./types.js").Store<Value>} store
 * @returns {Value}
 */
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(store.get()); // it may have changed between the first showing and now
    return store.subscribe(setValue);
  }, [store]);
  return value;
}

export { Fragment, render, useCallback, useEffect, useId, useMemo, useRef, useState };
