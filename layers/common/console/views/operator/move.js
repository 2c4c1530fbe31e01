/** Moving an organization's documents to another place, and how far the move is. */
import { request } from "../../api.js";
import { html, useState } from "../../html.js";
import { usePoll } from "../../polling.js";
import { useLoad, useTask } from "../../tasks.js";
import { Button } from "../../components/button.js";
import { Confirm } from "../../components/dialog.js";
import { Select } from "../../components/choices.js";
import { Form } from "../../components/field.js";
import { Section } from "../../components/page.js";
import { Note } from "../../components/states.js";
import { Time } from "../../components/time.js";
import { Progress } from "./parts.js";
import { reading } from "./reading.js";

/** @param {{organization: any, reload: () => void}} properties */
export function MoveOf({ organization, reload }) {
  const works = usePoll(reading("operator/moves"), [], 2);
  const work = works.data?.moves.find((move) => move.organization === organization.id);
  const begin = useTask(async (wanted) => {
    await request("POST", "operator/moves", { body: { organization: organization.id, ...wanted } });
    works.reload();
    reload();
  });
  const isUnderWay = organization.move !== null || work?.state === "running";
  return html`<${Section} title="Place" intro="A move copies and compares everything while the organization is in use. Its members wait for less than a second, once.">
    ${organization.move && html`<p>Moving to <strong>${placeOf(organization.move.target)}</strong>: ${organization.move.phase}, last progress
      <${Time} value=${organization.move.progressed_at} /></p>`}
    ${work && html`<${Work} work=${work} />`}
    <${Note} problem=${begin.problem ?? works.problem} />
    ${isUnderWay ? html`<${GiveUp} ...${{ organization, begin, work }} />` : html`<${Begin} ...${{ organization, begin }} />`}
  <//>`;
}

/** What this console does about a move. */
export function Work({ work }) {
  if (work.state === "running") {
    return html`<${Progress} parts=${work.progress} />`;
  }
  if (work.state === "failed") {
    return html`<p class="note bad">${work.error}.</p>`;
  }
  const { moved, documents, pause_seconds: pause } = work.result;
  const text = work.cancel
    ? "The move is given up."
    : moved
      ? `Moved ${documents.toLocaleString()} documents, all compared; members waited for ${pause.toFixed(3)} s.`
      : "The organization was there already.";
  return html`<p class="note">${text}</p>`;
}

function Begin({ organization, begin }) {
  const { data, problem } = useLoad(reading("operator/status"), []);
  const [to, setTo] = useState("");
  const places = (data?.clusters ?? []).flatMap(({ name, pools }) => (pools ? [name, `${name}/pooled`] : [name]));
  const here = placeOf(organization.place);
  const options = [{ value: "", label: "Choose" }, ...places.filter((place) => place !== here).map((value) => ({ value, label: value }))];
  return html`<${Form} onSubmit=${() => to && begin.run({ to })}>
    <${Select} label="Move to" hint="It is at ${here} now. The console may be closed: the service goes on with the move, or this same request does."
      value=${to} options=${options} onInput=${setTo} />
    <${Note} problem=${problem} />
    <div class="actions"><${Button} kind="primary" type="submit" busy=${begin.busy} disabled=${!to}>Move<//></div>
  <//>`;
}

function GiveUp({ organization, begin, work }) {
  const [isOpen, setIsOpen] = useState(false);
  const again = organization.move && work?.state !== "running";
  const confirm = async () => {
    await begin.run({ cancel: true });
    setIsOpen(false);
  };
  return html`<div class="actions">
    ${again && html`<${Button} busy=${begin.busy} onClick=${() => begin.run({ to: placeOf(organization.move.target) })}>Go on with it here<//>`}
    ${again && html`<${Button} kind="danger" onClick=${() => setIsOpen(true)}>Give the move up<//>`}
    ${isOpen && html`<${Confirm} title="Give the move up?" action="Give it up" busy=${begin.busy} problem=${begin.problem}
      onConfirm=${confirm} onClose=${() => setIsOpen(false)}>
      <p>What has been copied is removed. If the organization is at its target already, the move is completed instead.</p><//>`}
  </div>`;
}

function placeOf({ cluster, kind }) {
  return kind === "pooled" ? `${cluster}/pooled` : cluster;
}
