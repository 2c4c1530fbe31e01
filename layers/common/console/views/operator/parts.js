/** Parts that several of the operator's views show. */
import { useForm } from "../../forms.js";
import { html } from "../../html.js";
import { hrefOf } from "../../router.js";
import { count, visible } from "../../texts.js";
import { Button } from "../../components/button.js";
import { Field, Form } from "../../components/field.js";
import { Time } from "../../components/time.js";

/** Attributes of a field whose text no browser should complete or correct. */
export const AS_TYPED = { autocomplete: "off", autocapitalize: "off", spellcheck: false };

/** Of a list to choose from: no condition. */
export const ANY = { value: "", label: "Any" };

/** A link to the page of an organization. */
export function OrganizationLink({ id, children }) {
  return html`<a href=${hrefOf(`/organizations/${encodeURIComponent(id)}`)}><bdi>${visible(children ?? id)}</bdi></a>`;
}

/**
 * Choose the organization that a list is of.
 *
 * @param {{organization?: string, hint: string, onShow: (organization: string) => void}} properties organization: that it is
 *   of; an empty text is all.
 */
export function OrganizationSearch({ organization = "", hint, onShow }) {
  const form = useForm({ organization });
  return html`<${Form} class="filters" role="search" onSubmit=${() => onShow(form.values.organization.trim())}>
    <${Field} label="Organization" hint=${hint} maxlength="63" autocapitalize="off" spellcheck=${false} ...${form.bind("organization")} />
    <div class="actions"><${Button} kind="primary" type="submit">Show<//></div>
  <//>`;
}

/** What is not as usual with an organization. */
export function Badges({ state, suspended_at, moving, intent }) {
  return html`<span class="badges"><span class="badge ${state === "active" ? "good" : "warn"}">${state}</span>
    ${suspended_at && html`<span class="badge bad">suspended</span>`}
    ${moving && html`<span class="badge warn">moving</span>`}
    ${intent && state === "active" && html`<span class="badge warn">changing</span>`}</span>`;
}

/** How far work is, by its parts. */
export function Progress({ parts }) {
  return html`<ul class="progress">${parts.map(({ name, done, expected }) => html`<li key=${name}>
    <span>${name}</span><progress aria-label=${name} max=${Math.max(expected, 1)} value=${expected ? done : 1}></progress>
    <span class="number">${count(done)} of ${count(expected)}</span></li>`)}</ul>`;
}

/** Of a list of organizations. */
export const COLUMNS = [
  { key: "name", title: "Name", show: ({ id, name }) => html`<${OrganizationLink} id=${id}>${name}<//>` },
  { key: "slug", title: "Slug", show: ({ slug }) => html`<code>${slug}</code>` },
  { key: "state", title: "State", show: (organization) => html`<${Badges} ...${organization} />` },
  { key: "plan", title: "Plan", show: ({ plan }) => plan },
  { key: "place", title: "Place", show: ({ cluster, kind }) => `${cluster}${kind === "pooled" ? ", pooled" : ""}` },
  { key: "created_at", title: "Created", show: ({ created_at }) => html`<${Time} value=${created_at} />` },
];
