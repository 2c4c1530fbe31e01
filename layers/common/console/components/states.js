/** What a view shows instead of its content: that it loads, has nothing, or cannot. */
import { html, useEffect, useState } from "../html.js";
import { useLoad } from "../tasks.js";
import { explain } from "../texts.js";
import { withStyles } from "../views.js";
import { Button } from "./button.js";
import { toast } from "./toast.js";

/** Instead of the error of a browser, which says nothing to a person. */
export const NOT_LOADED = Object.assign(new Error(), {
  title: "The page could not be loaded",
  detail: "Check the connection. After an update of the service the page has to be loaded anew.",
});

/** Shown after a moment only, so that what is quick does not flicker. */
export function Loading({ children = "Loading" }) {
  return html`<p class="state loading" role="status"><span class="spinner" aria-hidden="true"></span>${children}</p>`;
}

/** @param {{title: any, children?: any}} properties */
export function Empty({ title, children }) {
  return html`<div class="state empty"><p class="strong">${title}</p>${children}</div>`;
}

/** @param {{least: string, role: string | null}} properties The role that a view takes, and that of the account. */
export function NotAllowed({ least, role }) {
  return html`<${Empty} title="Your role does not allow this."><p>It takes the role ${least}; yours is ${role}.</p><//>`;
}

/** @param {{problem: Error, retry?: () => void}} properties */
export function Failed({ problem, retry }) {
  return html`<div class="state failed" role="alert">
    <p class="strong">${problem.title ?? "This did not work"}</p>
    <p>${explain(problem)}</p>
    ${retry && html`<${Button} onClick=${retry}>Try again<//>`}
    <${Instance} problem=${problem} />
  </div>`;
}

/**
 * What a view shows until it has loaded: that it loads, or why it could not; then nothing.
 *
 * @param {{data: any, problem: Error | null, reload: () => void}} properties As of `useLoad` and `usePoll`.
 */
export function LoadState({ data, problem, reload }) {
  if (problem) {
    return html`<${Failed} problem=${problem} retry=${reload} />`;
  }
  return data ? null : html`<${Loading} />`;
}

/** A problem beside what has caused it, such as a form; nothing if there is none. */
export function Note({ problem, children }) {
  if (!problem && !children) {
    return null;
  }
  return html`<div class="note ${problem ? "bad" : ""}" role=${problem ? "alert" : "status"}>
    ${problem ? explain(problem) : children}
    <${Instance} problem=${problem} />
  </div>`;
}

/** Says that the browser has no connection, as long as that is so. */
export function Offline() {
  const [isOnline, setIsOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setIsOnline(navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  return html`<div class="offline" role="status">${
    !isOnline && "You are offline. What you see may be out of date, and nothing can be saved."
  }</div>`;
}

/** What to quote in a report of a failure of the service. */
function Instance({ problem }) {
  const instance = problem?.status >= 500 && problem.data?.instance;
  return instance ? html`<p class="instance">Reference: <code>${instance.split(":").pop()}</code></p>` : null;
}

/**
 * Show a dialog. One that cannot be loaded is closed, and a message says why.
 *
 * @param {{load: () => Promise<{default: Function}>, onClose: () => void}} properties Others, and onClose, are those of
 *   the dialog.
 */
export function LateDialog({ load, onClose, ...rest }) {
  const { data, problem } = useLoad(() => withStyles(["forms", "work"], load), []);
  useEffect(() => {
    if (problem) {
      toast(NOT_LOADED);
      onClose();
    }
  }, [problem]);
  return data && html`<${data.default} onClose=${onClose} ...${rest} />`;
}
