/** The address of the list of documents, which the views beside it lead back to. */
import { html } from "../../html.js";
import { hrefOf } from "../../router.js";
import { ButtonLink } from "../../components/button.js";

/** What of an address belongs to the list, without the page. */
export const searchOf = ({ filter, sort, fields, view }) => ({ filter, sort, fields, view });

/** @param {{route: import("../../types.js").Route}} properties */
export function AllDocuments({ route }) {
  return html`<${ButtonLink} href=${hrefOf("/documents", searchOf(route.query))}>All documents<//>`;
}
