/** What a view shows of something that changes by itself. */
import { useEffect, useRef, useState } from "./html.js";

const HIDDEN = 10; // times as long, while nobody looks at the page

/**
 * Load again and again, and more seldom while the page is hidden. What was seen last stays while it cannot be loaded.
 *
 * @template Data
 * @param {(signal: AbortSignal) => Promise<Data>} load
 * @param {unknown[]} keys It begins anew when they change.
 * @param {number} seconds Between an answer and the next request.
 * @returns {{data: Data | null, problem: Error | null, reload: () => void}}
 */
export function usePoll(load, keys, seconds) {
  const [state, setState] = useState({ data: null, problem: null });
  const wake = useRef(() => {});
  useEffect(() => {
    setState({ data: null, problem: null });
    return poll(load, seconds, setState, wake);
  }, keys);
  return { ...state, reload: () => wake.current() };
}

function poll(load, seconds, setState, wake) {
  const controller = new AbortController();
  const { signal } = controller;
  let timer;
  let isBusy = false;
  let isWanted = false; // once more, for something has changed since the request was sent
  const look = async () => {
    clearTimeout(timer);
    isWanted = isBusy;
    if (isBusy) {
      return;
    }
    isBusy = true;
    const found = await load(signal).then(
      (data) => ({ data, problem: null }),
      (problem) => ({ problem }),
    );
    isBusy = false;
    if (signal.aborted) {
      return;
    }
    setState((before) => ({ ...before, ...found }));
    const factor = document.visibilityState === "hidden" ? HIDDEN : 1;
    timer = setTimeout(look, isWanted ? 0 : seconds * 1000 * factor);
  };
  const lookAtOnce = () => document.visibilityState === "visible" && look();
  wake.current = look;
  document.addEventListener("visibilitychange", lookAtOnce, { signal });
  look();
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}
