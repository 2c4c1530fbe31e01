/** Which fields of documents a table shows. */

import { array } from "./json.js";

/** Columns that are shown if nobody has chosen any. */
export const MAX_COLUMNS = 8;

/** Tell whether the API can be asked for a field of this name, which is a path to it. */
export const isSelectable = (name) => !/^-|^[+ {[("']|[,\0]|(?:^|\.)\$|^\.|\.\.|\.$|^$/.test(name);

/**
 * Return the names of the documents' fields, in the order in which they come.
 * @param {import("./json.js").Value[]} documents
 * @returns {string[]}
 */
export function namesOf(documents) {
  const names = new Set(["_id"]);
  for (const { members = [] } of documents) for (const [name] of members) names.add(name);
  return [...names];
}

/**
 * Return what a document has in a field, or undefined; of the items of an array what each has there.
 * @param {import("./json.js").Value} value
 * @param {string} name A path of names, if no field is called like this itself.
 * @returns {import("./json.js").Value | undefined}
 */
export function valueAt(value, name) {
  if (value.kind === "array") {
    const inner = value.items.map((item) => valueAt(item, name)).filter(Boolean);
    return inner.length ? array(inner) : undefined;
  }
  if (value.kind !== "object") return undefined;
  const whole = value.members.find(([other]) => other === name);
  if (whole) return whole[1];
  const dot = name.indexOf(".");
  const first = dot < 0 ? undefined : value.members.find(([other]) => other === name.slice(0, dot));
  return first && valueAt(first[1], name.slice(dot + 1));
}
