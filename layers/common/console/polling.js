/** What a view shows of something that changes by itself. */
import { useEffect, useRef, useState } from "./html.js";
import { repeating } from "./repeating.js";

/**
 * Load again and again. What was seen last stays while it cannot be loaded.
 *
 * @template Data
 * @param {(signal: AbortSignal) => Promise<Data>} load
 * @param {unknown[]} keys It begins anew when they change.
 * @param {number} seconds Between an answer and the next request.
 * @returns {{data: Data | null, problem: Error | null, reload: () => void}}
 */
export function usePoll(load, keys, seconds) {
  const [state, setState] = useState({ data: null, problem: null });
  const look = useRef(() => {});
  useEffect(() => {
    setState({ data: null, problem: null });
    const { look: again, stop } = repeating(load, seconds, (answer) => setState((before) => ({ ...before, ...answer })));
    look.current = again;
    return stop;
  }, keys);
  return { ...state, reload: () => look.current() };
}
