/** Create a further organization of the account, and go there. */
import { request } from "../api.js";
import { html } from "../html.js";
import { useForm, useIdempotencyKey } from "../forms.js";
import { navigate } from "../router.js";
import { switchTo } from "../session-changes.js";
import { useTask } from "../tasks.js";
import { Button, ButtonLink } from "../components/button.js";
import { Form } from "../components/field.js";
import { OrganizationFields } from "../components/organization-fields.js";
import { Page, Section } from "../components/page.js";
import { Note } from "../components/states.js";
import { toast } from "../components/toast.js";

export default function CreateView() {
  const form = useForm({ name: "", slug: "" });
  const keyOf = useIdempotencyKey();
  const create = useTask(async () => {
    const body = { name: form.values.name, slug: form.values.slug || undefined };
    const headers = { "Idempotency-Key": keyOf(body) };
    const { data } = await request("POST", "organizations", { body, headers });
    await switchTo(data.organization.id);
    toast("The organization is created.");
    navigate("/", {}, { replace: true });
  });
  return html`<${Page} title="Create an organization">
    <${Section} title="A further organization" intro="It has documents, members and limits of its own. You become its owner.">
      <${Form} onSubmit=${() => create.run()}>
        <${OrganizationFields} form=${form} problem=${create.problem} />
        <${Note} problem=${create.problem} />
        <div class="actions">
          <${Button} kind="primary" type="submit" busy=${create.busy}>Create it<//>
          <${ButtonLink} href="#/">Cancel<//>
        </div>
      <//>
    <//>
  <//>`;
}
