/** The page: starts the session, then shows the frame and the view of the route. */
import { html, render, useEffect } from "./html.js";
import { takeLink } from "./links.js";
import { isOperators } from "./operator.js";
import { Gate, prepare } from "./components/gate.js";
import { Toasts } from "./components/toast.js";
import { ConfirmLogin } from "./components/confirm-login.js";
import { Failed, Loading } from "./components/states.js";
import { session, start, useSession } from "./session.js";
import { applyTheme } from "./theme.js";
import { addViews } from "./views.js";

function App() {
  const shown = useSession();
  useEffect(applyTheme, []);
  if (shown.state === "failed") {
    return html`<main class="alone"><${Failed} problem=${shown.problem} retry=${start} /></main>`;
  }
  if (shown.state === "starting") {
    return html`<main class="alone"><${Loading} /></main>`;
  }
  return html`<${Gate} session=${shown} /><${ConfirmLogin} /><${Toasts} />`;
}

if (isOperators) {
  addViews((await import("./views/operator.js")).VIEWS);
}
takeLink();
start();
if (session.get().state === "starting") {
  prepare();
}
render(html`<${App} />`, document.getElementById("app"));
