/** Plan, limits and properties of an organization. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { useLoad, useTask } from "../../tasks.js";
import { errorOf } from "../../texts.js";
import { Button } from "../../components/button.js";
import { ChangeProblem } from "../../components/change-problem.js";
import { Select } from "../../components/choices.js";
import { Form, TextArea } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { toast } from "../../components/toast.js";
import { LimitFields, numbersOf, textsOf, wrongOf } from "./limits.js";
import { NO_OBJECT, objectOf } from "./objects.js";
import { reading } from "./reading.js";

/** @param {{data: {text: string, organization: any, etag: string | null}, path: string, reload: () => void}} properties */
export function Configuration({ data, path, reload }) {
  const { organization } = data;
  const plans = useLoad(reading("operator/plans"), []);
  const [plan, setPlan] = useState(organization.plan);
  const [limits, setLimits] = useState(textsOf(organization.limits));
  const [properties, setProperties] = useState(shown(organization.properties));
  const [privateText, setPrivateText] = useState(shown(organization.private));
  const objects = { properties: changed(organization.properties, properties), private: changed(organization.private, privateText) };
  const wrong = wrongOf(limits);
  const isRight = objects.properties !== null && objects.private !== null && wrong.length === 0;
  const save = useTask(async () => {
    const body = { plan, limits: numbersOf(limits) };
    for (const [name, after] of Object.entries(objects).filter(([, object]) => object !== undefined)) {
      body[name] = mergePatch(organization[name], after);
    }
    const version = { "If-Match": `"${organization.version}"` };
    await request("PATCH", path, { body, headers: { ...version, "Content-Type": "application/merge-patch+json" } });
    toast("Plan, limits and properties are saved.");
    reload();
  });
  const names = new Set(["default", organization.plan, ...(plans.data?.plans ?? []).map(({ name }) => name)]);
  return html`<${Section} title="Plan, limits and properties">
    <${Form} onSubmit=${() => isRight && save.run()}>
      <${Select} label="Plan" value=${plan} options=${[...names].map((value) => ({ value, label: value }))} onInput=${setPlan}
        error=${errorOf(save.problem, "plan")} />
      <${LimitFields} limits=${limits} onInput=${setLimits} hint="Empty: as its plan says." wrong=${wrong} />
      <${TextArea} label="Properties" hint="A JSON object. Members read it." value=${properties} onInput=${setProperties} spellcheck=${false}
        error=${objects.properties !== null ? errorOf(save.problem, "properties") : NO_OBJECT} />
      <${TextArea} label="Private properties" hint="A JSON object. You alone read it." value=${privateText} onInput=${setPrivateText} spellcheck=${false}
        error=${objects.private !== null ? errorOf(save.problem, "private") : NO_OBJECT} />
      <${ChangeProblem} problem=${save.problem} reload=${reload} />
      <div class="actions"><${Button} kind="primary" type="submit" busy=${save.busy} disabled=${!isRight}>Save<//></div>
    <//>
  <//>`;
}

function shown(properties) {
  return JSON.stringify(properties, null, 2);
}

/** Return the object that a text is; undefined if it is what there was, null if it is none. */
function changed(before, text) {
  return text === shown(before) ? undefined : objectOf(text);
}

/** Return the merge patch that makes one object of another (RFC 7396). */
function mergePatch(before, after) {
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return { ...Object.fromEntries(removed.map((key) => [key, null])), ...after };
}
