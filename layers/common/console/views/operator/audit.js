/** What was done on the platform, or in one organization, which may be deleted. */
import { useForm } from "../../forms.js";
import { html } from "../../html.js";
import { hrefOf, navigate } from "../../router.js";
import { Button } from "../../components/button.js";
import { Field, Form } from "../../components/field.js";
import { Page } from "../../components/page.js";
import { Text } from "../../components/text.js";
import { AuditList, KINDS } from "../audit/list.js";

const INTRO = "Each change, login and refusal, the newest first: of the whole platform, or of one organization, also of one that is deleted.";
const OF_THE_PLATFORM = ["owner_addresses", "plan", "receipt", "sign_up", "signing_key"];

export default function AuditView({ route }) {
  const { organization = "" } = route.query;
  const name = `${organization || "platform"}-audit`;
  return html`<${Page} title="Audit" intro=${INTRO}>
    <${Search} key=${organization} organization=${organization} />
    <${AuditList} key=${name} path="operator/audit" query=${{ organization }} name=${name} kinds=${[...KINDS, ...OF_THE_PLATFORM]} columns=${COLUMNS} />
  <//>`;
}

function Search({ organization }) {
  const form = useForm({ organization });
  return html`<${Form} class="filters" role="search" onSubmit=${() => navigate("/audit", form.values)}>
    <${Field} label="Organization" hint="Its id or slug; of a deleted one its id." maxlength="63" autocapitalize="off" spellcheck=${false}
      ...${form.bind("organization")} />
    <div class="actions"><${Button} kind="primary" type="submit">Show<//></div>
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
