/** The views of the operator, which are on the page that `tenantry console` serves. */
import { open, view as anyView } from "../views.js";

/** @type {import("../views.js").View[]} */
export const VIEWS = [
  view("/", "Status", () => import("./operator/status.js"), "home"),
  view("/organizations", "Organizations", () => import("./operator/organizations.js"), "organizations"),
  view("/deletions", "Deletions", () => import("./operator/deletions.js"), "deletions"),
  view("/plans", "Plans", () => import("./operator/plans.js"), "keys"),
  view("/usage", "Usage", () => import("./operator/usage.js"), "usage"),
  view("/moves", "Moves", () => import("./operator/moves.js"), "moves"),
  view("/rollouts", "Roll-outs", () => import("./operator/rollouts.js"), "rollouts"),
  view("/clusters", "Clusters", () => import("./operator/clusters.js"), "clusters"),
  view("/findings", "Findings", () => import("./operator/findings.js"), "findings"),
  open("/start", "Console of the operator", () => import("./operator/start.js")),
];

function view(path, title, load, icon) {
  return { ...anyView(path, title, "operator", load, null, icon, ["work", "operator"]), operator: true };
}
