/** Text of others, made safe to look at, and problems in words for a person. */

// Characters that show nothing, or turn the order of others round: controls, the soft hyphen, fillers, spaces of no width, marks
// and overrides of direction (Unicode Standard Annex 9), separators of lines and paragraphs, the byte order mark, annotations, the
// replacement character and tags. Not the joiners, which Persian and emoji are written with.
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffd]|[\u{e0000}-\u{e0fff}]/gu;
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * Return a text in which each character is seen: invisible ones are written as `\u202e`, as in JSON.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function visible(value) {
  return String(value).replace(INVISIBLE, (character) => character.split("").map(escaped).join(""));
}

// Of others, the detail that the API gives says enough.
const SENTENCES = {
  "invalid-token": "The session has ended. Log in again.",
  "invalid-credentials": "The address or the password is wrong.",
  "email-taken": "There is an account with this address already. Log in, or reset its password.",
  "organization-exists": "The slug is taken, or held for those who had it before. Choose another one.",
  "precondition-failed": "Somebody else has changed this in the meantime. Nothing was saved.",
  "role-too-low": "Your role does not allow this. Ask an admin or owner of the organization.",
  "login-too-old": "This needs your password. Nothing was done.",
  "mail-not-configured": "This service sends no mail. Ask its operator.",
  "link-not-found": "The link has been used, has expired or belongs to another account.",
  "organization-suspended": "The organization is suspended. Ask the operator of this service.",
  "service-unavailable": "The service is busy or restarting. Try again in a moment.",
};

/**
 * Say what went wrong, and when to come back.
 *
 * @param {Error & {code?: string, detail?: string, retryAfter?: number | null}} problem
 * @returns {string}
 */
export function explain(problem) {
  const known = Object.hasOwn(SENTENCES, problem.code) ? SENTENCES[problem.code] : undefined;
  const sentence = known ?? problem.detail ?? "The page could not do this. Reload it, and try again.";
  return problem.retryAfter ? `${sentence} Wait for ${duration(problem.retryAfter)}.` : sentence;
}

/**
 * Return what is wrong with one field.
 *
 * @param {{errors?: {field: string, message: string}[]} | null} problem
 * @param {string} field
 * @returns {string | undefined}
 */
export function errorOf(problem, field) {
  return problem?.errors?.find((error) => error.field === field || error.field === `body.${field}`)?.message;
}

/** Return how many there are, such as `1 document`. @param {number} number @param {string} noun Of one. */
export function counted(number, noun) {
  return `${number.toLocaleString()} ${noun}${number === 1 ? "" : "s"}`;
}

/** @param {number} seconds */
export function duration(seconds) {
  return seconds < 90 ? counted(seconds, "second") : counted(Math.ceil(seconds / 60), "minute");
}

const NOTHING = "–"; // where it is not known
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** @param {number | null | undefined} number */
export function count(number) {
  return number === null || number === undefined ? NOTHING : number.toLocaleString();
}

/** @param {number | null | undefined} number In units of 1,000. */
export function bytes(number) {
  if (number === null || number === undefined) {
    return NOTHING;
  }
  const power = Math.min(Math.floor(Math.log10(Math.max(number, 1)) / 3), UNITS.length - 1);
  const format = { style: "unit", unit: UNITS[power], unitDisplay: "short", maximumFractionDigits: 1 };
  return (number / 1000 ** power).toLocaleString(undefined, format);
}

/** Return how long something has taken, roughly. @param {number | null | undefined} seconds */
export function span(seconds) {
  if (seconds === null || seconds === undefined) {
    return NOTHING;
  }
  const [size, unit] = [[86_400, "d"], [3_600, "h"], [60, "min"]].find(([least]) => seconds >= 2 * least) ?? [1, "s"];
  return `${Math.round(seconds / size)} ${unit}`;
}
