/** What a view does with the API: load something, or carry out something that a person asks for. */
import { useCallback, useEffect, useRef, useState } from "./html.js";

/**
 * Load what a view shows, again whenever `keys` change; only the latest answer counts.
 *
 * @template Data
 * @param {(signal: AbortSignal) => Promise<Data>} load
 * @param {unknown[]} keys
 * @returns {{data: Data | null, problem: Error | null, busy: boolean, reload: () => void, setData: (data: Data) => void}}
 */
export function useLoad(load, keys) {
  const [state, setState] = useState({ data: null, problem: null, busy: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, busy: true, problem: null }));
    load(controller.signal).then(
      (data) => controller.signal.aborted || setState({ data, problem: null, busy: false }),
      (problem) => controller.signal.aborted || setState({ data: null, problem, busy: false }),
    );
    return () => controller.abort();
  }, [...keys, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const setData = useCallback((data) => setState({ data, problem: null, busy: false }), []);
  return { ...state, reload, setData };
}

/**
 * Carry out what a person asks for, once at a time.
 *
 * @template Result
 * @param {(...values: any[]) => Promise<Result>} work
 * @returns {{run: (...values: any[]) => Promise<Result | undefined>, busy: boolean, problem: Error | null,
 *   clear: () => void}} `run` never throws: what went wrong is in `problem`.
 */
export function useTask(work) {
  const [state, setState] = useState({ busy: false, problem: null });
  const isBusy = useRef(false);
  const isShown = useRef(true);
  useEffect(() => () => (isShown.current = false), []);
  const change = (following) => isShown.current && setState(following);
  const run = async (...values) => {
    if (isBusy.current) {
      return undefined;
    }
    isBusy.current = true;
    change({ busy: true, problem: null });
    try {
      const result = await work(...values);
      change({ busy: false, problem: null });
      return result;
    } catch (problem) {
      change({ busy: false, problem });
      return undefined;
    } finally {
      isBusy.current = false;
    }
  };
  return { run, ...state, clear: () => change({ busy: false, problem: null }) };
}
