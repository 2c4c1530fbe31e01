/** The page: starts the session, and decides what a route shows to whom: a view in its frame, or the login. */
import { html, render, useEffect, useStore } from "./html.js";
import { currentRoute, navigate, useRoute } from "./router.js";
import { confirmation, isOperators, session, start, useSession } from "./session.js";
import { useLoad } from "./tasks.js";
import { addViews, suffices, viewOf, withStyles } from "./views.js";
import { ButtonLink } from "./components/button.js";
import { Page } from "./components/page.js";
import { Empty, Failed, LateDialog, Loading, NOT_LOADED, NotAllowed } from "./components/states.js";
import { applyTheme } from "./components/theme.js";
import { Toasts } from "./components/toast.js";

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

/** Asks for the password where the API wants a recent login, and lets the request go on. */
function ConfirmLogin() {
  const waiting = useStore(confirmation);
  return waiting && html`<${LateDialog} load=${loadPassword} onConfirmed=${() => waiting.answer(true)} onClose=${() => waiting.answer(false)} />`;
}

/** @param {{session: import("./types.js").Session}} properties */
function Gate({ session }) {
  const route = useRoute();
  const view = viewOf(route.parts, session.operator);
  const isOut = session.state === "out";
  useEffect(() => {
    if (isOut && !view?.open) {
      const back = window.location.hash.slice(1);
      const query = isOperators || back === "/" ? {} : { back };
      navigate(isOperators ? "/start" : "/login", query, { replace: true });
    }
  });
  if (view?.open) {
    return html`<${Framed} key="outside" load=${loadOutside} ...${{ session, view }}><${Loaded} key=${route.path} ...${{ view, session, route }} /><//>`;
  }
  if (isOut) {
    return null;
  }
  // Another organization begins with fresh views: nothing of the one before stays on the page.
  const key = `${session.organization?.id} ${view?.path}`;
  return html`<${Framed} key="frame" load=${loadFrame} ...${{ session, view }}><${Allowed} key=${key} ...${{ view, session, route }} /><//>`;
}

function Allowed({ view, session, route }) {
  if (!view) {
    return html`<${Page} title="Not found"><${Empty} title="There is no such page.">
      <p><${ButtonLink} href="#/">To the overview<//></p><//><//>`;
  }
  if (view.least !== null && !session.organization) {
    return html`<${Page} title=${view.title}><${Empty} title="This account has no organization.">
      <p>Create one, or follow the link of an invitation.</p>
      <p><${ButtonLink} kind="primary" href="#/create">Create an organization<//></p><//><//>`;
  }
  if (!suffices(session.role, view.least)) {
    return html`<${Page} title=${view.title}><${NotAllowed} least=${view.least} role=${session.role} /><//>`;
  }
  return html`<${Loaded} ...${{ view, session, route }} />`;
}

/** Shows the component of a view. */
function Loaded({ view, session, route }) {
  const { data, problem } = useLoad(view.load, [view]);
  if (problem) {
    return html`<${Page} title=${view.title}><${NotLoaded} /><//>`;
  }
  return data ? html`<${data.default} session=${session} route=${route} />` : html`<${Loading} />`;
}

/** Shows a frame with a view in it. */
function Framed({ load, session, view, children }) {
  const { data, problem } = useLoad(() => load(view), []);
  if (!data) {
    return html`<main class="alone">${problem ? html`<${NotLoaded} />` : html`<${Loading} />`}</main>`;
  }
  return html`<${data.default} session=${session} view=${view}>${children}<//>`;
}

const loadPassword = () => import("./components/password-dialog.js");
const loadFrame = (view) => loadAround(view, "frame", () => import("./components/frame.js"));
const loadOutside = (view) => loadAround(view, "outside", () => import("./components/outside.js"));

/** Load what is around a view, and the view at the same time. */
function loadAround(view, name, load) {
  view?.load().catch(() => {}); // Loaded says so
  return withStyles([name], load);
}

/** Load what those who are logged in see at this route, while it is found out whether somebody is. */
function prepare() {
  loadFrame(viewOf(currentRoute().parts, isOperators)).catch(() => {}); // Framed says so
}

/** A browser remembers that a module failed, so that only a page that is loaded anew asks for it again. */
function NotLoaded() {
  return html`<${Failed} problem=${NOT_LOADED} retry=${() => window.location.reload()} />`;
}

if (isOperators) {
  addViews((await import("./views/operator.js")).VIEWS);
}
if (window.location.search) {
  (await import("./links.js")).takeLink();
}
start();
if (session.get().state === "starting") {
  prepare();
}
render(html`<${App} />`, document.getElementById("app"));
