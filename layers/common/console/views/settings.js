/** The organization: its name, its slugs, what its members have set, and its end. */
import { request } from "../api.js";
import { html } from "../html.js";
import { useLoad } from "../tasks.js";
import { suffices } from "../views.js";
import { Page } from "../components/page.js";
import { LoadState } from "../components/states.js";
import { Deletion } from "./settings/deletion.js";
import { FormerSlugs } from "./settings/former-slugs.js";
import { Metadata, Properties } from "./settings/metadata.js";
import { Rename } from "./settings/rename.js";

export default function SettingsView({ session }) {
  const { data, problem, reload } = useLoad(async (signal) => {
    // As text as well, for numbers of metadata may have more digits than JavaScript holds.
    const { data: text, etag } = await request("GET", session.base, { signal, text: true });
    return { organization: JSON.parse(text), text, etag };
  }, [session.base]);
  const mayChange = suffices(session.role, "admin");
  return html`<${Page} title="Settings">
    <${LoadState} ...${{ data, problem, reload }} />
    ${data &&
    html`<${Rename} key="rename-${data.etag}" ...${{ session, data, reload, mayChange }} />
      <${FormerSlugs} key="slugs-${data.etag}" session=${session} onChange=${reload} />
      <${Metadata} key="metadata-${data.etag}" ...${{ session, data, reload, mayChange }} />
      <${Properties} properties=${data.organization.properties} />
      ${suffices(session.role, "owner") && html`<${Deletion} ...${{ session, data }} />`}`}
  <//>`;
}
