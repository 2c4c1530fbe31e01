/** Loading something again and again, and more seldom while nobody looks at the page. */

export const HIDDEN = 10; // times as long

/**
 * Load at once, and again and again until it is stopped. There is one request at a time.
 *
 * @template Data
 * @param {(signal: AbortSignal) => Promise<Data>} load
 * @param {number} seconds Between an answer and the next request.
 * @param {(answer: {data?: Data, problem: Error | null}) => void} onAnswer Told of each answer.
 * @returns {{look: () => void, stop: () => void}} look: loads at once, also what a request that is under way may have missed.
 */
export function repeating(load, seconds, onAnswer) {
  const controller = new AbortController();
  const { signal } = controller;
  let timer;
  let isBusy = false;
  let isWanted = false;
  const look = async () => {
    clearTimeout(timer);
    isWanted = isBusy;
    if (isBusy) {
      return;
    }
    isBusy = true;
    const answer = await load(signal).then(
      (data) => ({ data, problem: null }),
      (problem) => ({ problem }),
    );
    isBusy = false;
    if (signal.aborted) {
      return;
    }
    onAnswer(answer);
    const factor = document.visibilityState === "hidden" ? HIDDEN : 1;
    timer = setTimeout(look, isWanted ? 0 : seconds * 1000 * factor);
  };
  const lookAtOnce = () => document.visibilityState === "visible" && look();
  document.addEventListener("visibilitychange", lookAtOnce, { signal });
  look();
  const stop = () => {
    clearTimeout(timer);
    controller.abort();
  };
  return { look, stop };
}
