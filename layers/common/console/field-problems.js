/** Problems whose fields no form has: what is wrong with each is said in the text. */

/**
 * Return what a problem says, with the fields that are wrong.
 *
 * @param {{detail?: string, message?: string, errors?: {field: string, message: string}[] | null}} problem
 * @returns {string}
 */
export function detailOf({ detail = "", message = "", errors = [] }) {
  return [detail || message, ...(errors ?? []).map((error) => `${error.field} ${error.message}`)].filter(Boolean).join(" ");
}

/** Return a problem that says which fields are wrong, where no field of a form does. */
export function withFields(problem) {
  return problem.errors?.length ? Object.assign(Object.create(problem), { detail: detailOf(problem) }) : problem;
}
