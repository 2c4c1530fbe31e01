/** Routes as they stand in the address bar, behind `#`. */

/**
 * @typedef {{path: string, parts: string[], query: Record<string, string>}} Route
 */

/**
 * @param {string} hash For instance `#/documents?filter=...`.
 * @returns {Route}
 */
export function parse(hash) {
  const [path, ...rest] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decoded);
  const query = Object.fromEntries(new URLSearchParams(rest.join("?")));
  return { path: "/" + parts.map((part) => encodeURIComponent(part.toWellFormed())).join("/"), parts, query };
}

/**
 * @param {string} path Begins with `/`; its segments are encoded.
 * @param {Record<string, unknown>} [query] Parameters; those that are empty are left out.
 * @returns {string} For `href` and `location.hash`.
 */
export function format(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const parameters = new URLSearchParams(filled.map(([name, value]) => [name, String(value)]));
  return `#${path}${filled.length ? `?${parameters}` : ""}`;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
