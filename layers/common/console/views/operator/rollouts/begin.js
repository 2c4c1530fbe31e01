/** Begin a roll-out: what it changes, where, and what it would do before it does it. */
import { request } from "../../../api.js";
import { withFields } from "../../../field-problems.js";
import { useForm } from "../../../forms.js";
import { html, useState } from "../../../html.js";
import { useLoad, useTask } from "../../../tasks.js";
import { Button, ButtonLink } from "../../../components/button.js";
import { Select } from "../../../components/choices.js";
import { Field, Form, TextArea } from "../../../components/field.js";
import { Page, Section } from "../../../components/page.js";
import { Note } from "../../../components/states.js";
import { ANY, AS_TYPED } from "../parts.js";
import { reading } from "../reading.js";
import { BLANK, bodyOf, changesSomething, mistakes } from "./body.js";
import { Indexes } from "./indexes.js";
import { Plan } from "./plan.js";

const INTRO = "The same change of many organizations' collections. Before anything is changed you see what it would do.";
const KINDS = [ANY, { value: "collection", label: "With a collection of their own" }, { value: "pooled", label: "In pools" }];
const LEVELS = ["strict", "moderate", "off"].map((value) => ({ value, label: value }));
const ACTIONS = ["error", "warn"].map((value) => ({ value, label: value }));
const BEHIND = [
  { value: "stop", label: "Pause, until you resume it" },
  { value: "check", label: "Pause if one has failed, or has documents that the validator refuses" },
];

export function BeginRollout() {
  const form = useForm(BLANK);
  const [planned, setPlanned] = useState(null);
  const wrong = mistakes(form.values);
  const isWhole = form.values.name.trim() !== "" && changesSomething(form.values) && Object.keys(wrong).length === 0;
  const plan = useTask(async () => {
    const body = bodyOf(form.values);
    const { data } = await request("POST", "operator/rollout-plans", { body, headers: { "Content-Type": "application/json" } });
    setPlanned({ ...data, body, name: form.values.name.trim() });
  });
  const bind = (name) => ({ ...form.bind(name), error: wrong[name] });
  return html`<${Page} title="Begin a roll-out" intro=${INTRO} actions=${html`<${ButtonLink} href="#/rollouts">All roll-outs<//>`}>
    <${Form} onSubmit=${() => isWhole && plan.run()}>
      <${Section} title="What it changes"><div class="fields">
        <${Field} label="Name" hint="a-z, 0-9 and hyphens. No other roll-out ever has it again." required maxlength="63" ...${AS_TYPED} ...${bind("name")} />
        <${Indexes} indexes=${form.values.indexes} setIndexes=${(indexes) => form.change("indexes", indexes)} />
        <${TextArea} label="Rule of the validator" optional ...${AS_TYPED} ...${bind("rule")}
          hint=${html`A query that documents have to match, as Extended JSON: <code>{"$jsonSchema": {"required": ["at"]}}</code>. For collections of their own.`} />
        <${Select} label="Documents that it concerns" hint="MongoDB's validationLevel." options=${LEVELS} ...${bind("level")} />
        <${Select} label="What becomes of those that it refuses" hint="MongoDB's validationAction." options=${ACTIONS} ...${bind("action")} />
      </div><//>
      <${Organizations} bind=${bind} />
      <${Section} title="In which order"><div class="fields">
        <${TextArea} label="First" optional hint="How many organizations come first, or their ids. Empty: none comes first." rows="2" ...${AS_TYPED} ...${bind("first")} />
        <${Select} label="Behind them" options=${BEHIND} ...${bind("behind")} />
        <${Field} label="Organizations at a time" hint="1 to 16." inputmode="numeric" ...${AS_TYPED} ...${bind("parallel")} />
        <${Field} label="Failures at most" hint="It pauses once so many organizations have failed." inputmode="numeric" ...${AS_TYPED} ...${bind("max_failures")} />
      </div><//>
      <${Note} problem=${plan.problem && withFields(plan.problem)} />
      <div class="actions">
        <${Button} kind="primary" type="submit" busy=${plan.busy} disabled=${!isWhole}>See what it would do<//>
        <${ButtonLink} href="#/rollouts">Cancel<//>
      </div>
    <//>
    ${planned && html`<${Plan} ...${planned} onClose=${() => setPlanned(null)} />`}
  <//>`;
}

function Organizations({ bind }) {
  const status = useLoad(reading("operator/status"), []);
  const clusters = [ANY, ...(status.data?.clusters ?? []).map(({ name }) => ({ value: name, label: name }))];
  return html`<${Section} title="Which organizations" intro="Those that meet each condition, and all if there is none. Those that are created later get it, too, unless you name ids."><div class="fields">
    <${Select} label="Kind" options=${KINDS} ...${bind("kind")} />
    <${Select} label="Cluster" options=${clusters} ...${bind("cluster")} />
    <${Field} label="Plan" optional maxlength="100" ...${AS_TYPED} ...${bind("plan")} />
    <${Field} label="Slug or name begins with" optional maxlength="100" ...${AS_TYPED} ...${bind("prefix")} />
    <${TextArea} label="Ids" optional hint="These alone, of the conditions above." ...${AS_TYPED} ...${bind("ids")} />
    <${Note} problem=${status.problem} />
  </div><//>`;
}
