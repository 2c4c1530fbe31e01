/** Slugs that renames have left, which name the organization for its members for a while. */
import { segment, request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useLoad, useTask } from "../../tasks.js";
import { suffices } from "../../views.js";
import { Button } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Section } from "../../components/page.js";
import { Failed } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { toast } from "../../components/toast.js";

export function FormerSlugs({ session, onChange }) {
  const path = `${session.base}/former-slugs`;
  const { data, problem, reload } = useLoad(async (signal) => (await request("GET", path, { signal })).data, [path]);
  const [wanted, setWanted] = useState(null);
  const release = useTask(async () => {
    await request("DELETE", `${path}/${segment(wanted)}`);
    setWanted(null);
    toast(`${wanted} is released.`);
    onChange();
  });
  const slugs = data?.former_slugs ?? [];
  if (!problem && slugs.length === 0) {
    return null;
  }
  const columns = [
    { key: "slug", title: "Slug", show: ({ slug }) => html`<code>${slug}</code>` },
    { key: "since", title: "Left", show: ({ since }) => html`<${Time} value=${since} />` },
    { key: "until", title: "Works until", show: ({ until }) => html`<${Time} value=${until} />` },
  ];
  const releasing = {
    key: "release",
    title: html`<span class="sr">Actions</span>`,
    show: ({ slug }) => html`<div class="actions"><${Button} aria-label="Release ${slug}" onClick=${() => setWanted(slug)}>Release<//></div>`,
  };
  return html`<${Section} title="Former slugs" intro="They still name the organization, for its members alone. Nobody else gets them meanwhile.">
    ${problem
      ? html`<${Failed} problem=${problem} retry=${reload} />`
      : html`<${Table} label="Former slugs" rows=${slugs} keyOf=${({ slug }) => slug}
          columns=${suffices(session.role, "owner") ? [...columns, releasing] : columns} />`}
    ${wanted &&
    html`<${Confirm} title="Release ${wanted}?" action="Release it" busy=${release.busy} problem=${release.problem}
      onConfirm=${() => release.run()} onClose=${() => setWanted(null)}>
      <p>It stops naming this organization at once. Its owners alone may take it for a while, then everybody may.</p>
    <//>`}
  <//>`;
}
