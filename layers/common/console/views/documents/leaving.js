/** Leaving a view while it is at work, which ends the work. */
import { useEffect } from "../../html.js";
import { askBeforeLeaving } from "../../router.js";

/**
 * Ask before somebody leaves the view.
 *
 * @param {boolean} isBusy Whether there is a reason to ask.
 * @param {string} question Says what ends.
 */
export function useAskBeforeLeaving(isBusy, question) {
  useEffect(() => {
    askBeforeLeaving(() => isBusy, question);
    return () => askBeforeLeaving(() => false);
  }, [isBusy]);
}
