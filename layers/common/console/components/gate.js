/** Decides what a route shows to whom: a view in the frame, a page on its own, or the login. */
import { html, useEffect, useState } from "../html.js";
import { isOperators } from "../operator.js";
import { navigate, useRoute } from "../router.js";
import { suffices, viewOf } from "../views.js";
import { Frame } from "./frame.js";
import { Outside } from "./outside.js";
import { Page } from "./page.js";
import { Empty, Failed, Loading } from "./states.js";
import { ButtonLink } from "./button.js";

/** @param {{session: import("../session.js").Session}} properties */
export function Gate({ session }) {
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
    return html`<${Outside} session=${session}><${Loaded} key=${route.path} ...${{ view, session, route }} /><//>`;
  }
  if (isOut) {
    return null;
  }
  // Another organization begins with fresh views: nothing of the one before stays on the page.
  const key = `${session.organization?.id} ${view?.path}`;
  return html`<${Frame} session=${session} view=${view}><${Allowed} key=${key} ...${{ view, session, route }} /><//>`;
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
    return html`<${Page} title=${view.title}><${Empty} title="Your role does not allow this.">
      <p>It takes the role ${view.least}; yours is ${session.role}.</p><//><//>`;
  }
  return html`<${Loaded} ...${{ view, session, route }} />`;
}

/** Loads the module of a view, and shows its component. */
function Loaded({ view, session, route }) {
  const [state, setState] = useState({ component: null, problem: null });
  useEffect(() => {
    let isShown = true;
    view.load().then(
      (module) => isShown && setState({ component: module.default, problem: null }),
      () => isShown && setState({ component: null, problem: NOT_LOADED }),
    );
    return () => (isShown = false);
  }, [view]);
  if (state.problem) {
    // A browser remembers that a module failed, so that only a page that is loaded anew asks for it again.
    return html`<${Page} title=${view.title}><${Failed} problem=${state.problem} retry=${() => window.location.reload()} /><//>`;
  }
  return state.component ? html`<${state.component} session=${session} route=${route} />` : html`<${Loading} />`;
}

const NOT_LOADED = Object.assign(new Error(), {
  title: "The page could not be loaded",
  detail: "Check the connection. After an update of the service the page has to be loaded anew.",
});
