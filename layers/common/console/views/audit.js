/** What was done in the organization, by whom and from where. */
import { html } from "../html.js";
import { Page } from "../components/page.js";
import { AuditList, KINDS } from "./audit/list.js";

const INTRO = "Each change, login and refusal, the newest first.";

export default function AuditView({ session }) {
  return html`<${Page} title="Audit" intro=${INTRO}>
    <${AuditList} path="${session.base}/audit" name="${session.organization.slug}-audit" kinds=${KINDS} />
  <//>`;
}
