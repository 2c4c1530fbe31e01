/** What a form for a roll-out asks for, as the JSON that the API takes. */
import { NotJson, parse } from "../../../documents/json.js";

/**
 * @typedef {object} Values As texts, which people type.
 * @property {string} name
 * @property {{name: string, keys: {field: string, order: number}[], unique: boolean, partial: boolean}[]} indexes
 * @property {string} rule Of the validator, as Extended JSON; empty: there is none.
 * @property {string} level
 * @property {string} action
 * @property {string} ids
 * @property {string} kind
 * @property {string} cluster
 * @property {string} plan
 * @property {string} prefix
 * @property {string} first How many organizations come first, or their ids; empty: all come at once.
 * @property {string} behind What happens behind those.
 * @property {string} parallel
 * @property {string} max_failures
 */

/** @type {Values} */
export const BLANK = {
  name: "", indexes: [], rule: "", level: "strict", action: "error",
  ids: "", kind: "", cluster: "", plan: "", prefix: "",
  first: "3", behind: "stop", parallel: "4", max_failures: "10",
};

const WHOLE = /^\d{1,9}$/;

/**
 * Return what is wrong with values that no request can hold, by field.
 *
 * @param {Values} values
 * @returns {Record<string, string>}
 */
export function mistakes(values) {
  const wrong = {};
  for (const field of ["parallel", "max_failures"]) {
    if (!WHOLE.test(values[field].trim())) {
      wrong[field] = "This is no whole number.";
    }
  }
  const reason = values.rule.trim() === "" ? undefined : reasonOf(values.rule);
  return reason ? { ...wrong, rule: reason } : wrong;
}

function reasonOf(rule) {
  try {
    return parse(rule).kind === "object" ? undefined : "This is no JSON object.";
  } catch (error) {
    if (error instanceof NotJson) {
      return error.message;
    }
    throw error;
  }
}

/** Whether a roll-out would change something. @param {Values} values */
export function changesSomething({ indexes, rule }) {
  return indexes.length > 0 || rule.trim() !== "";
}

/**
 * Return the body of the request. The rule stands in it as it was typed, since JavaScript would change some numbers.
 *
 * @param {Values} values Without mistakes.
 * @returns {string}
 */
export function bodyOf(values) {
  const ids = idsOf(values.ids);
  const organizations = filled({ ids: ids.length ? ids : undefined, ...trimmed(values, ["kind", "cluster", "plan", "prefix"]) });
  const { indexes, level, action } = values;
  const [first, rule] = [values.first.trim(), values.rule.trim()];
  const firstOrganizations = WHOLE.test(first) ? Number(first) : idsOf(first);
  return objectText([
    ["name", JSON.stringify(values.name.trim())],
    ["organizations", JSON.stringify(organizations)],
    ["indexes", JSON.stringify(indexes)],
    ["validator", rule && objectText([["rule", rule], ["level", JSON.stringify(level)], ["action", JSON.stringify(action)]])],
    ["canary", first && objectText([["organizations", JSON.stringify(firstOrganizations)], ["then", JSON.stringify(values.behind)]])],
    ["parallel", String(Number(values.parallel))],
    ["max_failures", String(Number(values.max_failures))],
  ]);
}

/** Write an object of members that are JSON already; those that are empty are left out. */
function objectText(members) {
  return `{${members.filter(([, text]) => text !== "").map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function idsOf(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}

function trimmed(values, names) {
  return Object.fromEntries(names.map((name) => [name, values[name].trim()]));
}

function filled(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ""));
}
