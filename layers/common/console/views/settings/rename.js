/** Name and slug of the organization; its collection goes with the slug. */
import { request } from "../../api.js";
import { html } from "../../html.js";
import { useForm } from "../../forms.js";
import { reload as reloadSession } from "../../session.js";
import { useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Facts } from "../../components/facts.js";
import { Select } from "../../components/choices.js";
import { Field, Form } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { ChangeProblem } from "../../components/change-problem.js";
import { Text } from "../../components/text.js";
import { toast } from "../../components/toast.js";

const INTRO = "A change of the slug takes the collection along, with every document and index, in one step.";

export function Rename({ session, data, reload, mayChange }) {
  const { organization, etag } = data;
  const form = useForm({ name: organization.name, which: "derived", slug: organization.slug });
  const { name, which, slug } = form.values;
  const rename = useTask(async () => {
    const body = { name: name === organization.name ? undefined : name, slug: { derived: undefined, kept: organization.slug, chosen: slug }[which] };
    const { data: changed } = await request("PATCH", session.base, { body, headers: { "If-Match": etag } });
    toast(changed.slug === organization.slug ? "The name is changed." : `The organization is at ${changed.slug} now.`);
    reload();
    await reloadSession();
  });
  const isSame = name === organization.name && (which !== "chosen" || slug === organization.slug);
  return html`<${Section} title="Name" intro=${INTRO}>
    <${Facts} facts=${[
      ["Name", html`<${Text} value=${organization.name} />`],
      ["Slug", html`<code>${organization.slug}</code>`],
      ["Collection", html`<code>${organization.collection}</code>`],
    ]} />
    ${mayChange &&
    html`<${Form} onSubmit=${() => !isSame && rename.run()}>
      <${Field} label="Name" maxlength="400" required ...${form.bind("name", rename.problem)} />
      <${Select} label="Slug" options=${choices(organization)} value=${which} onInput=${(value) => form.change("which", value)} />
      ${which === "chosen" && html`<${Field} label="Other slug" hint="a-z, 0-9 and hyphens" autocomplete="off" autocapitalize="off"
        spellcheck=${false} maxlength="63" required ...${form.bind("slug", rename.problem)} />`}
      <p class="hint">The slug that is left names the organization for its members for a while, so that programs and bookmarks go on.</p>
      <${ChangeProblem} problem=${rename.problem} reload=${reload} />
      <div class="actions"><${Button} kind="primary" type="submit" busy=${rename.busy} disabled=${isSame}>Rename<//></div>
    <//>`}
  <//>`;
}

function choices(organization) {
  return [
    { value: "derived", label: "Made of the name" },
    { value: "kept", label: `Keep ${organization.slug}` },
    { value: "chosen", label: "Another one" },
  ];
}
