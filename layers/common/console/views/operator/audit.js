/** What was done in the whole service, or in one organization, which may be deleted. */
import { html } from "../../html.js";
import { hrefOf, navigate } from "../../router.js";
import { Page } from "../../components/page.js";
import { Text } from "../../components/text.js";
import { AuditList, KINDS } from "../audit/list.js";
import { OrganizationSearch } from "./parts.js";

const HINT = "Its id or slug; of a deleted one its id.";
const INTRO = "Each change, login and refusal, the newest first: of the whole service, or of one organization, also of one that is deleted.";
const OF_THE_SERVICE = ["owner_addresses", "plan", "receipt", "sign_up", "signing_key"];

export default function AuditView({ route }) {
  const { organization = "" } = route.query;
  const name = organization ? `${organization}-audit` : "audit"; // which no organization's file is called
  return html`<${Page} title="Audit" intro=${INTRO}>
    <${OrganizationSearch} key=${organization} organization=${organization} hint=${HINT} onShow=${(wanted) => navigate("/audit", { organization: wanted })} />
    <${AuditList} key=${organization} path="operator/audit" query=${{ organization }} name=${name} kinds=${[...KINDS, ...OF_THE_SERVICE]} columns=${COLUMNS} />
  <//>`;
}

const COLUMNS = [
  {
    key: "organization_ids",
    title: "Organizations",
    show: ({ organization_ids: ids }) => ids.map((id) => html`<a key=${id} href=${auditOf(id)}><${Text} class="mono" value=${id} /></a> `),
    cell: ({ organization_ids: ids }) => ids.join(" "),
  },
];

const auditOf = (organization) => hrefOf("/audit", { organization });
