/** The views that there are. Each is loaded when it is shown first. */
import { withStyles } from "./styles.js";

/**
 * @typedef {object} View
 * @property {string} path Its route begins with this.
 * @property {string} title In the navigation.
 * @property {string} [icon] Name of its icon.
 * @property {"organization" | "account" | "operator" | null} group Part of the navigation; null: it is in none.
 * @property {() => Promise<{default: Function}>} load The module of its component, which gets `session` and `route`,
 *   beside its stylesheets.
 * @property {"viewer" | "editor" | "admin" | "owner" | null} least Role that it takes; null: no organization is needed.
 * @property {boolean} operator Whether it is for the operator of the service.
 * @property {boolean} [open] Whether it is for those who are not logged in, too.
 */

/** Each may do what those before it may. */
export const ROLES = ["viewer", "editor", "admin", "owner"];

/** @type {View[]} */
export const VIEWS = [
  view("/", "Overview", "organization", () => import("./views/overview.js"), "viewer", "home", []),
  view("/documents", "Documents", "organization", () => import("./views/documents.js"), "viewer", "documents", ["work", "documents"]),
  view("/indexes", "Indexes", "organization", () => import("./views/indexes.js"), "viewer", "indexes", ["work", "documents"]),
  view("/members", "Members", "organization", () => import("./views/members.js"), "viewer", "members"),
  view("/invitations", "Invitations", "organization", () => import("./views/invitations.js"), "admin", "invitations"),
  view("/keys", "API keys", "organization", () => import("./views/keys.js"), "admin", "keys"),
  view("/audit", "Audit", "organization", () => import("./views/audit.js"), "admin", "audit"),
  view("/settings", "Settings", "organization", () => import("./views/settings.js"), "viewer", "settings"),
  view("/account", "Account", "account", () => import("./views/account.js"), null, "account"),
  view("/sessions", "Sessions", "account", () => import("./views/sessions.js"), null, "sessions"),
  view("/create", "Create an organization", null, () => import("./views/create.js"), null),
  open("/login", "Log in", () => import("./views/login.js"), []),
  open("/sign-up", "Sign up", () => import("./views/sign-up.js")),
  open("/forgotten", "Forgotten password", () => import("./views/forgotten.js")),
  open("/link", "Link", () => import("./views/link.js")),
];

/**
 * Let there be further views.
 *
 * @param {View[]} views
 */
export function addViews(views) {
  VIEWS.push(...views);
}

/**
 * Return the view of a route, the one with the longest path that begins it; undefined if there is none.
 *
 * @param {string[]} parts Of the route.
 * @param {boolean} operator Whether the operator is logged in.
 * @returns {View | undefined}
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

/** @returns {View} */
export function view(path, title, group, load, least, icon, styles = ["work"]) {
  return { path, title, group, load: () => withStyles(styles, load), least, icon, operator: false };
}

/** @returns {View} It is shown to those who are not logged in, too. */
export function open(path, title, load, styles) {
  return { ...view(path, title, null, load, null, undefined, styles), open: true };
}
