/** Links of mails: `index.html?page=reset-password#token=...`. */
import { navigate } from "./router.js";

let link = null;

/** Take page and token of a mailed link out of the address bar, before anything else sees them. */
export function takeLink() {
  const page = new URLSearchParams(window.location.search).get("page");
  if (page === null) {
    return;
  }
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  link = { page, token };
  window.history.replaceState(null, "", window.location.pathname);
  navigate(`/link/${encodeURIComponent(page)}`, {}, { replace: true });
}

/**
 * Return the token of the link that has led here; null if the page was loaded anew since.
 *
 * @param {string} page
 * @returns {string | null}
 */
export function tokenOf(page) {
  return link && link.page === page ? link.token : null;
}
