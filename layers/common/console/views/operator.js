/** The views of the operator, which are on the page that `tenantry console` serves. */
import { open, view as anyView } from "../views.js";

const ICONS = {
  usage: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  organizations: "M4 21V5l8-2v18M12 9h8v12M4 21h17M8 8v.01M8 12v.01M8 16v.01M16 13v.01M16 17v.01",
  moves: "M4 8h14m0 0-4-4m4 4-4 4M20 16H6m0 0 4-4m-4 4 4 4",
  rollouts: "M12 3v12m0 0-4-4m4 4 4-4M4 17v4h16v-4",
  clusters: "M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zm0 0c0 4 16 4 16 0M4 12c0 4 16 4 16 0",
  findings: "M12 3 2 20h20zM12 10v4M12 17v.01",
  receipts: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21",
  deletions: "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6",
};

/** @type {import("../types.js").View[]} */
export const VIEWS = [
  view("/", "Status", () => import("./operator/status.js"), "home"),
  view("/organizations", "Organizations", () => import("./operator/organizations.js"), "organizations"),
  view("/search", "Address, key, slug", () => import("./operator/search.js"), "search"),
  view("/deletions", "Deletions", () => import("./operator/deletions.js"), "deletions"),
  view("/receipts", "Receipts", () => import("./operator/receipts.js"), "receipts"),
  view("/plans", "Plans", () => import("./operator/plans.js"), "keys"),
  view("/usage", "Usage", () => import("./operator/usage.js"), "usage"),
  view("/moves", "Moves", () => import("./operator/moves.js"), "moves"),
  view("/rollouts", "Roll-outs", () => import("./operator/rollouts.js"), "rollouts", ["documents"]),
  view("/clusters", "Clusters", () => import("./operator/clusters.js"), "clusters"),
  view("/audit", "Audit", () => import("./operator/audit.js"), "audit"),
  view("/findings", "Findings", () => import("./operator/findings.js"), "findings"),
  open("/start", "Console of the operator", () => import("./operator/start.js")),
];

function view(path, title, load, icon, styles = []) {
  return { ...anyView(path, title, "operator", load, null, ICONS[icon] ?? icon, ["forms", "work", "operator", ...styles]), operator: true };
}
