/** What somebody gives to end a key that has leaked: the key itself, or its id. */

const ID = /^key_[0-9a-f]{32}$/;
const KEY = /tk_[0-9A-Za-z]+/;

/**
 * Tell an id, which is no secret and may stand in a URL, from everything else, which may be the key: also
 * `Bearer tk_...`, `KEY=tk_...`, and a key in quotes.
 *
 * @param {string} text
 * @returns {{id?: string, key?: string}} Either of them. A key that is none is for the service to refuse.
 */
export function leakedKey(text) {
  const wanted = text.trim();
  return ID.test(wanted) ? { id: wanted } : { key: KEY.exec(wanted)?.[0] ?? wanted };
}
