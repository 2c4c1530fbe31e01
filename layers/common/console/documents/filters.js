/** The filter as conditions of a form, and as the text that the API takes (Extended JSON). */

import { array, literal, member, number, object, parse, string, write } from "./json.js";
import { isWrapper, typeOf } from "./extended_json.js";

/** The operators of the form, what people read for each, and what stands beside them. */
export const OPERATORS = {
  $eq: { label: "is", operand: "value" },
  $ne: { label: "is not", operand: "value" },
  $gt: { label: "is greater than", operand: "value" },
  $gte: { label: "is at least", operand: "value" },
  $lt: { label: "is less than", operand: "value" },
  $lte: { label: "is at most", operand: "value" },
  $in: { label: "is one of", operand: "list" },
  $nin: { label: "is none of", operand: "list" },
  $exists: { label: "is there", operand: "boolean" },
  $type: { label: "has the type", operand: "type" },
  $regex: { label: "matches", operand: "pattern" },
  $all: { label: "has all of", operand: "list" },
  $size: { label: "has so many items", operand: "count" },
};

/** The types that `$type` finds, as MongoDB names them. */
export const BSON_TYPES =
  "string int long double decimal number bool date objectId null object array binData regex timestamp".split(" ");

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;
const must = (is, message) => {
  if (!is) throw new WrongOperand(message);
};
const wrapped = (name, pattern, message) => (text) => {
  must(pattern.test(text), message);
  return object([name, string(text)]);
};

/** The types of values, and how the text of a field of the form becomes one. */
export const VALUE_TYPES = {
  string: { label: "text", read: string },
  number: { label: "number", read: (text) => readAs(text, "number", "Enter a number, such as 5 or 1.5") },
  date: { label: "date", read: wrapped("$date", DATE, "Enter a time such as 2026-12-31T23:59:59Z") },
  objectId: { label: "ObjectId", read: wrapped("$oid", /^[0-9a-fA-F]{24}$/, "Enter 24 hexadecimal digits") },
  boolean: { label: "true or false", read: (text) => readAs(text, "literal", "Enter true or false") },
  null: { label: "null", read: () => literal(null) },
  decimal: { label: "decimal", read: wrapped("$numberDecimal", /^-?[0-9.]+(?:[eE][+-]?[0-9]+)?$/, "Enter a number") },
  json: { label: "Extended JSON", read: parse },
};

/** What stands in a field of the form is no operand of its operator. */
class WrongOperand extends Error {}

/**
 * A condition of the form.
 * @typedef {{field: string, operator: string, type: string, text: string, options?: string}} Condition
 */

function readAs(text, kind, message) {
  let value = null;
  try {
    value = parse(text);
  } catch {
    // It is said below.
  }
  must(value?.kind === kind && value.text !== "null", message);
  return value;
}

const READ = {
  value: ({ type, text }) => VALUE_TYPES[type].read(text),
  list: ({ text }) => {
    const value = parse(text);
    must(value.kind === "array", 'Enter an array, such as ["a", "b"]');
    return value;
  },
  boolean: ({ text }) => readAs(text, "literal", "Choose true or false"),
  type: ({ text }) => string(text),
  pattern: ({ text }) => string(text),
  count: ({ text }) => {
    must(INTEGER.test(text), "Enter how many items");
    return number(text);
  },
};

/**
 * Return the filter of conditions that all hold.
 * @param {Condition[]} conditions
 * @returns {string} Empty if there are none.
 * @throws {WrongOperand | import("./json.js").NotJson} With the condition's `index`.
 */
export function filterOf(conditions) {
  const fields = new Map();
  const further = [];
  conditions.forEach((condition, index) => {
    try {
      must(condition.field, "Enter the path of a field, such as address.city");
      const operators = [[condition.operator, READ[OPERATORS[condition.operator].operand](condition)]];
      if (condition.operator === "$regex" && condition.options) operators.push(["$options", string(condition.options)]);
      const before = fields.get(condition.field) ?? [];
      const isFree = operators.every(([name]) => !before.some(([other]) => other === name));
      if (isFree) fields.set(condition.field, [...before, ...operators]);
      else further.push(object([condition.field, object(...operators)]));
    } catch (error) {
      throw Object.assign(error, { index });
    }
  });
  if (!fields.size) return "";
  const all = object(...[...fields].map(([field, operators]) => [field, object(...operators)]));
  return write(further.length ? object(["$and", array([all, ...further])]) : all).text;
}

/**
 * Return the conditions that a filter consists of, or null if the form has no place for all of it.
 * @param {string} text
 * @returns {Condition[] | null}
 */
export function conditionsOf(text) {
  if (!text.trim()) return [];
  try {
    return conditionsIn(parse(text));
  } catch {
    return null;
  }
}

function conditionsIn(query) {
  if (query.kind !== "object") return null;
  const all = [];
  for (const [field, value] of query.members) {
    const conditions = field === "$and" && query.members.length === 1 ? ofAll(value) : ofField(field, value);
    if (!conditions) return null;
    all.push(...conditions);
  }
  return all;
}

function ofAll(queries) {
  const conditions = queries.items?.map(conditionsIn);
  return conditions?.every(Boolean) ? conditions.flat() : null;
}

function ofField(field, value) {
  if (field.startsWith("$")) return null;
  const isOperators = value.kind === "object" && value.members.some(([name]) => name.startsWith("$")) && !isWrapper(value);
  if (!isOperators) return [{ field, operator: "$eq", ...fieldOf(value) }];
  const options = member(value, "$options");
  const conditions = value.members
    .filter(([name]) => name !== "$options")
    .map(([operator, operand]) => ofOperator(field, operator, operand, options));
  const isWhole = conditions.every(Boolean) && (!options || member(value, "$regex"));
  return isWhole ? conditions : null;
}

function ofOperator(field, operator, operand, options) {
  switch (Object.hasOwn(OPERATORS, operator) && OPERATORS[operator].operand) {
    case "value":
      return { field, operator, ...fieldOf(operand) };
    case "list":
      return operand.kind === "array" ? { field, operator, type: "json", text: write(operand).text } : null;
    case "boolean":
    case "count": {
      const pattern = OPERATORS[operator].operand === "boolean" ? /^(true|false)$/ : INTEGER;
      return pattern.test(operand.text ?? "") ? { field, operator, type: "json", text: operand.text } : null;
    }
    case "type":
      return BSON_TYPES.includes(operand.value) ? { field, operator, type: "json", text: operand.value } : null;
    case "pattern": {
      if (operand.kind !== "string" || (options && options.kind !== "string")) return null;
      return { field, operator, type: "json", text: operand.value, options: options?.value ?? "" };
    }
    default:
      return null;
  }
}

/** Return the type and the text of a value in the form, which make the same value again. */
function fieldOf(value) {
  const type = typeOf(value);
  const texts = {
    string: [["string", value.value]],
    boolean: [["boolean", value.text]],
    null: [["null", ""]],
    int: [["number", value.text]],
    double: [["number", value.text]],
    date: [["date", member(value, "$date")?.value]],
    objectId: [["objectId", member(value, "$oid")?.value]],
    decimal: [["decimal", member(value, "$numberDecimal")?.value]],
  };
  const written = write(value).text;
  for (const [read, text] of Object.hasOwn(texts, type) ? texts[type] : []) {
    if (text !== undefined && reads(read, text) === written) return { type: read, text };
  }
  return { type: "json", text: written };
}

function reads(type, text) {
  try {
    return write(VALUE_TYPES[type].read(text)).text;
  } catch {
    return null;
  }
}
