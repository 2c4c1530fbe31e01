/** The page: starts the session, then shows the frame and the view of the route. */
import { html, render, useEffect } from "./html.js";
import { takeLink } from "./links.js";
import { Gate } from "./components/gate.js";
import { Toasts } from "./components/toast.js";
import { ConfirmLogin } from "./components/confirm-login.js";
import { Failed, Loading } from "./components/states.js";
import { isOperators } from "./operator.js";
import { end, start, useSession } from "./session.js";
import { applyTheme } from "./theme.js";
import { useLoad } from "./tasks.js";

function App() {
  const session = useSession();
  const { problem, reload } = useLoad(isOperators ? async () => end() : start, []);
  useEffect(applyTheme, []);
  if (problem) {
    return html`<main class="alone"><${Failed} problem=${problem} retry=${reload} /></main>`;
  }
  if (session.state === "starting") {
    return html`<main class="alone"><${Loading} /></main>`;
  }
  return html`<${Gate} session=${session} /><${ConfirmLogin} /><${Toasts} />`;
}

takeLink();
render(html`<${App} />`, document.getElementById("app"));
