/** The fields of an organization that is to be created. */
import { html } from "../html.js";
import { Field } from "./field.js";

/** @param {{form: ReturnType<typeof import("../forms.js").useForm>, problem: Error | null}} properties */
export function OrganizationFields({ form, problem }) {
  return html`<${Field} label="Organization" autocomplete="organization" maxlength="400" required ...${form.bind("name", problem)} />
    <${Field} label="Slug" optional hint="Its name in addresses: a-z, 0-9 and hyphens. Made of the name, if you leave it empty."
      autocomplete="off" autocapitalize="off" spellcheck=${false} maxlength="63" ...${form.bind("slug", problem)} />`;
}
