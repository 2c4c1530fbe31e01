/** JSON objects that are edited as text, such as metadata and properties. */

/** What to say of a text that is no such object. */
export const NO_OBJECT = "This is no JSON object of texts, numbers JavaScript can hold, true and false.";

/**
 * Return the object that a text is, or null if it is none, or has a number that JavaScript would change.
 *
 * @param {string} text
 * @returns {Record<string, any> | null}
 */
export function objectOf(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) && isExact(value) ? value : null;
  } catch {
    return null;
  }
}

function isExact(object) {
  const numbers = Object.values(object).filter((value) => typeof value === "number");
  return numbers.every((number) => (Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number)));
}
