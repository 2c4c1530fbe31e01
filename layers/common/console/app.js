/** The page: starts the session, then shows the frame and the view of the route. */
import { html, render, useEffect } from "./html.js";
import { takeLink } from "./links.js";
import { Gate } from "./components/gate.js";
import { Toasts } from "./components/toast.js";
import { ConfirmLogin } from "./components/confirm-login.js";
import { Failed, Loading } from "./components/states.js";
import { start, useSession } from "./session.js";
import { applyTheme } from "./theme.js";

function App() {
  const session = useSession();
  useEffect(applyTheme, []);
  if (session.state === "failed") {
    return html`<main class="alone"><${Failed} problem=${session.problem} retry=${start} /></main>`;
  }
  if (session.state === "starting") {
    return html`<main class="alone"><${Loading} /></main>`;
  }
  return html`<${Gate} session=${session} /><${ConfirmLogin} /><${Toasts} />`;
}

takeLink();
start();
render(html`<${App} />`, document.getElementById("app"));
