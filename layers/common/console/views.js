/** The views that there are. Each is loaded when it is shown first, beside its stylesheets of folder styles. */

/** Each may do what those before it may. */
export const ROLES = ["viewer", "editor", "admin", "owner"];

/** @type {import("./types.js").View[]} */
export const VIEWS = [
  view("/", "Overview", "organization", () => import("./views/overview.js"), "viewer", "home", []),
  view("/documents", "Documents", "organization", () => import("./views/documents.js"), "viewer", "documents", ["forms", "work", "documents"]),
  view("/indexes", "Indexes", "organization", () => import("./views/indexes.js"), "viewer", "indexes", ["forms", "work", "documents"]),
  view("/members", "Members", "organization", () => import("./views/members.js"), "viewer", "members"),
  view("/invitations", "Invitations", "organization", () => import("./views/invitations.js"), "admin", "invitations"),
  view("/keys", "API keys", "organization", () => import("./views/keys.js"), "admin", "keys"),
  view("/audit", "Audit", "organization", () => import("./views/audit.js"), "admin", "audit"),
  view("/settings", "Settings", "organization", () => import("./views/settings.js"), "viewer", "settings"),
  view("/account", "Account", "account", () => import("./views/account.js"), null, "account"),
  view("/sessions", "Sessions", "account", () => import("./views/sessions.js"), null, "sessions"),
  view("/create", "Create an organization", null, () => import("./views/create.js"), null),
  open("/login", "Log in", () => import("./views/login.js"), ["forms"]),
  open("/sign-up", "Sign up", () => import("./views/sign-up.js")),
  open("/forgotten", "Forgotten password", () => import("./views/forgotten.js")),
  open("/link", "Link", () => import("./views/link.js")),
];

/**
 * Let there be further views.
 *
 * @param {import("./types.js").View[]} views
 */
export function addViews(views) {
  VIEWS.push(...views);
}

/**
 * Return the view of a route, the one with the longest path that begins it; undefined if there is none.
 *
 * @param {string[]} parts Of the route.
 * @param {boolean} operator Whether the operator is logged in.
 * @returns {import("./types.js").View | undefined}
 */
export function viewOf(parts, operator) {
  const fits = ({ path }) => path.split("/").filter(Boolean).every((part, position) => parts[position] === part);
  const candidates = VIEWS.filter((item) => item.operator === operator || item.open).filter(fits);
  const [longest] = candidates.sort((one, other) => other.path.length - one.path.length);
  return longest?.path === "/" && parts.length ? undefined : longest;
}

/**
 * Tell whether a role is enough.
 *
 * @param {string | null} role
 * @param {string | null} least
 */
export function suffices(role, least) {
  return least === null || ROLES.indexOf(role ?? "") >= ROLES.indexOf(least);
}

/** @returns {import("./types.js").View} */
export function view(path, title, group, load, least, icon, styles = ["forms", "work"]) {
  return { path, title, group, load: () => withStyles(styles, load), least, icon, operator: false };
}

/** @returns {import("./types.js").View} It is shown to those who are not logged in, too. */
export function open(path, title, load, styles) {
  return { ...view(path, title, null, load, null, undefined, styles), open: true };
}

const stylesheets = new Map();

/**
 * Load a module beside its stylesheets, so that nothing is shown without them.
 *
 * They come in any order: no two of them say different things about the same element with the same specificity.
 *
 * @template Module
 * @param {string[]} names Of the stylesheets.
 * @param {() => Promise<Module>} load
 * @returns {Promise<Module>}
 */
export async function withStyles(names, load) {
  const [module] = await Promise.all([load(), ...names.map(stylesheet)]);
  return module;
}

function stylesheet(name) {
  if (!stylesheets.has(name)) {
    stylesheets.set(name, added(`styles/${name}.css`));
  }
  return stylesheets.get(name);
}

function added(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error(`${href} could not be loaded`));
    document.head.append(link);
  });
}
