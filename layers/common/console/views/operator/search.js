/** What the operator looks up and ends by something else than an organization: an address, a key, a slug. */
import { segment, request } from "../../api.js";
import { withFields } from "../../field-problems.js";
import { html, useState } from "../../html.js";
import { useTask } from "../../tasks.js";
import { visible } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Field, Form, PasswordField } from "../../components/field.js";
import { Page, Section } from "../../components/page.js";
import { Pager } from "../../components/pager.js";
import { Empty, Note } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Text } from "../../components/text.js";
import { toast } from "../../components/toast.js";
import { leakedKey } from "./leaked-key.js";
import { AS_TYPED, COLUMNS, OrganizationLink } from "./parts.js";
import { reading } from "./reading.js";

export default function SearchView() {
  return html`<${Page} title="Address, key, slug" intro="What is found by something else than its organization.">
    <${Owned} /><${LeakedKey} /><${FormerSlug} />
  <//>`;
}

/** The address stands in no address bar, for histories keep those. */
function Owned() {
  const [address, setAddress] = useState("");
  const [shown, setShown] = useState(null);
  const look = useTask(async (of, cursor) => {
    const page = await reading("operator/addresses/owned", { address: of, cursor, limit: 50 })();
    setShown({ ...page, of, isFirst: cursor === undefined });
  });
  const submit = () => {
    if (address.trim() !== "" && !look.busy) {
      setShown(null);
      look.run(address.trim());
    }
  };
  return html`<${Section} title="What an address owns" intro="Whoever looks is recorded, and the owner may read that.">
    <${Form} onSubmit=${submit}>
      <${Field} label="Email" type="email" value=${address} onInput=${setAddress} ...${AS_TYPED} />
      <div class="actions"><${Button} type="submit" busy=${look.busy} disabled=${address.trim() === ""}>Look up<//></div>
    <//>
    <${Note} problem=${look.problem && withFields(look.problem)} />
    <div role="status">${shown && html`<p class="strong"><${Text} value=${shown.of} /></p>
      <${Table} label="Organizations of ${visible(shown.of)}" columns=${COLUMNS} rows=${shown.organizations}
      keyOf=${({ id }) => id} empty=${html`<${Empty} title="It owns none" />`} />`}</div>
    ${shown && html`<${Pager} next=${shown.next_cursor} previous=${!shown.isFirst} busy=${look.busy}
      onNext=${(next) => look.run(shown.of, next)} onFirst=${() => look.run(shown.of)} />`}
  <//>`;
}

function LeakedKey() {
  const [text, setText] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const [revoked, setRevoked] = useState(null);
  const { id, key } = leakedKey(text);
  const revoke = useTask(async () => {
    setRevoked(null);
    if (id) {
      await request("DELETE", `operator/keys/${segment(id)}`);
    } else {
      setRevoked((await request("POST", "operator/leaked-keys", { body: { key } })).data);
    }
    toast("The key is revoked.");
    setText("");
    setIsOpen(false);
  });
  return html`<${Section} title="A key that has leaked" intro="It is refused from the next request on, and the organization's admins see that in their audit record.">
    <${Form} onSubmit=${() => (id || key) && setIsOpen(true)}>
      <${PasswordField} label="The key, or its id" hint="A key ends if it is genuine: one that is made up ends nothing. An id ends the key that has it."
        value=${text} onInput=${setText} autocomplete="off" />
      <div class="actions"><${Button} kind="danger" type="submit" disabled=${!id && !key}>Revoke<//></div>
    <//>
    ${revoked && html`<p role="status">It was <${Text} value=${revoked.name} /> of <${OrganizationLink} id=${revoked.organization_id} />.</p>`}
    ${isOpen && html`<${Confirm} title=${id ? html`Revoke <code>${id}</code>?` : "Revoke this key?"} action="Revoke" busy=${revoke.busy} problem=${revoke.problem}
      onConfirm=${() => revoke.run()} onClose=${() => setIsOpen(false)}>
      <p>Programs that use it are refused at once. Nobody can bring it back.</p><//>`}
  <//>`;
}

function FormerSlug() {
  const [slug, setSlug] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const wanted = slug.trim();
  const release = useTask(async () => {
    await request("DELETE", `operator/former-slugs/${segment(wanted)}`);
    toast(`${wanted} is released.`);
    setSlug("");
    setIsOpen(false);
  });
  return html`<${Section} title="A former slug" intro="One that an organization has left still names it for a while, and is held for its owners.">
    <${Form} onSubmit=${() => wanted && setIsOpen(true)}>
      <${Field} label="Slug" value=${slug} onInput=${setSlug} maxlength="63" ...${AS_TYPED} />
      <div class="actions"><${Button} type="submit" disabled=${wanted === ""}>Release<//></div>
    <//>
    ${isOpen && html`<${Confirm} title=${html`Release <${Text} value=${wanted} />?`} action="Release" busy=${release.busy} problem=${release.problem}
      onConfirm=${() => release.run()} onClose=${() => setIsOpen(false)}>
      <p>It names the organization no more, and anybody may take it at once.</p><//>`}
  <//>`;
}
