/** Asks for the password where the API wants a recent login, and lets the request go on. */
import { whenRefused } from "../api.js";
import { html, useStore } from "../html.js";
import { session } from "../session.js";
import { createStore } from "../store.js";
import { LateDialog } from "./late.js";

const loadDialog = () => import("./password-dialog.js");

/** @type {import("../store.js").Store<((isConfirmed: boolean) => void) | null>} */
const waiting = createStore(null);
let asked = null;

whenRefused({
  // Requests that wait for the password at the same moment share one dialog.
  loginTooOld: () =>
    (asked ??= new Promise((resolve) => waiting.set(resolve)).finally(() => {
      asked = null;
      waiting.set(null);
    })),
});

// Whoever is logged in next is not asked for what somebody else has begun.
session.subscribe(({ state }) => state === "in" || waiting.get()?.(false));

export function ConfirmLogin() {
  const answer = useStore(waiting);
  return answer ? html`<${LateDialog} load=${loadDialog} onConfirmed=${() => answer(true)} onClose=${() => answer(false)} />` : null;
}
