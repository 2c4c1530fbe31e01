/** What is loaded when it is shown first, so that the first page has little to load. */
import { html, useEffect } from "../html.js";
import { withStyles } from "../styles.js";
import { useLoad } from "../tasks.js";
import { toast } from "./toast.js";

/** Instead of the error of a browser, which says nothing to a person. */
export const NOT_LOADED = Object.assign(new Error(), {
  title: "The page could not be loaded",
  detail: "Check the connection. After an update of the service the page has to be loaded anew.",
});

/**
 * Show a dialog. One that cannot be loaded is closed, and a message says why.
 *
 * @param {{load: () => Promise<{default: Function}>, onClose: () => void}} properties Others, and onClose, are those of
 *   the dialog.
 */
export function LateDialog({ load, onClose, ...rest }) {
  const { data, problem } = useLoad(() => withStyles(["work"], load), []);
  useEffect(() => {
    if (problem) {
      toast(NOT_LOADED);
      onClose();
    }
  }, [problem]);
  return data && html`<${data.default} onClose=${onClose} ...${rest} />`;
}
