/** All organizations, or those that meet conditions; and one of them. */
import { html, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { useLoad } from "../../tasks.js";
import { Button, ButtonLink } from "../../components/button.js";
import { Select } from "../../components/choices.js";
import { Field, Form } from "../../components/field.js";
import { Page } from "../../components/page.js";
import { Pager } from "../../components/pager.js";
import { Empty, LoadState } from "../../components/states.js";
import { Table } from "../../components/table.js";
import { CreateOrganization } from "./create.js";
import { Organization } from "./organization.js";
import { ANY, COLUMNS } from "./parts.js";
import { reading } from "./reading.js";

const LIMIT = 50;
const MOMENTS = ["created_since", "created_before", "changed_since"];
const DAY = /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/;
const STATES = ["creating", "active", "renaming", "deleting"];
const SORTS = [
  { value: "", label: "Newest first" },
  { value: "created", label: "Oldest first" },
  { value: "-changed", label: "Changed last" },
  { value: "name", label: "Name" },
  { value: "slug", label: "Slug" },
];

export default function OrganizationsView({ route }) {
  const [, id] = route.parts;
  if (route.query.do === "create") {
    return html`<${CreateOrganization} />`;
  }
  return id ? html`<${Organization} key=${id} id=${id} />` : html`<${List} query=${route.query} />`;
}

function List({ query }) {
  const { cursor, ...wanted } = query;
  const { data, problem, busy, reload } = useLoad(reading("operator/organizations", { ...withMoments(query), limit: LIMIT }), [JSON.stringify(query)]);
  const show = (filter) => navigate("/organizations", filter);
  const begin = html`<${ButtonLink} kind="primary" href="#/organizations?do=create">Create an organization<//>`;
  return html`<${Page} title="Organizations" actions=${begin}>
    <${Filters} key=${JSON.stringify(wanted)} wanted=${wanted} busy=${busy} onShow=${show} />
    <${LoadState} ...${{ data, problem, reload }} />
    ${data && html`<${Table} label="Organizations" columns=${COLUMNS} rows=${data.organizations} keyOf=${({ id }) => id}
        empty=${html`<${Empty} title=${data.next_cursor ? "None on this page" : "No organization meets these conditions"} />`} />
      <${Pager} next=${data.next_cursor} previous=${cursor !== undefined} busy=${busy}
        onNext=${(next) => show({ ...wanted, cursor: next })} onFirst=${() => show(wanted)} />`}
  <//>`;
}

/** Days begin at midnight where the operator is. */
function withMoments(query) {
  const days = Object.entries(query).filter(([name, value]) => MOMENTS.includes(name) && DAY.test(value));
  return { ...query, ...Object.fromEntries(days.map(([name, day]) => [name, new Date(`${day}T00:00`).toISOString()])) };
}

function Filters({ wanted, busy, onShow }) {
  const [values, setValues] = useState(wanted);
  const bind = (name) => ({ value: values[name] ?? "", onInput: (value) => setValues({ ...values, [name]: value }) });
  const options = (items) => [ANY, ...items.map((value) => ({ value, label: value }))];
  const yes = (label, other) => [ANY, { value: "true", label }, { value: "false", label: other }];
  return html`<${Form} class="filters" role="search" onSubmit=${() => onShow(values)}>
    <${Field} label="Slug begins with" ...${bind("slug_prefix")} autocapitalize="off" spellcheck=${false} />
    <${Field} label="Name begins with" ...${bind("name_prefix")} spellcheck=${false} />
    <${Select} label="State" ...${bind("state")} options=${options(STATES)} />
    <${Select} label="Kind" ...${bind("kind")} options=${options(["collection", "pooled"])} />
    <${Field} label="Cluster" ...${bind("cluster")} spellcheck=${false} />
    <${Field} label="Plan" ...${bind("plan")} spellcheck=${false} />
    <${Select} label="Suspended" ...${bind("suspended")} options=${yes("Yes", "No")} />
    <${Select} label="Being moved" ...${bind("moving")} options=${yes("Yes", "No")} />
    <${Select} label="Being changed" ...${bind("intent")} options=${yes("Yes", "No")} />
    <${Field} label="Created since" type="date" ...${bind("created_since")} />
    <${Field} label="Created before" type="date" ...${bind("created_before")} />
    <${Field} label="Changed since" type="date" ...${bind("changed_since")} />
    <${Select} label="Order" ...${bind("sort")} options=${SORTS} />
    <div class="actions">
      <${Button} kind="primary" type="submit" busy=${busy}>Show<//>
      <${Button} onClick=${() => onShow({})}>Show all<//>
    </div>
  <//>`;
}
