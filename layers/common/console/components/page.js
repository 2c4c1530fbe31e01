/** The frame of a view: its heading, which gets the focus when the view is navigated to, and the title of the document. */
import { html, useEffect, useRef } from "../html.js";

let isFirst = true; // whoever opens the page begins at its top, not in its middle

/**
 * @param {{title: any, name?: string, intro?: any, actions?: any, children: any}} properties name: the title as text,
 *   where it is not; actions: buttons beside the heading.
 */
export function Page({ title, name = title, intro, actions, children }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = `${name} · Tenantry`;
  }, [name]);
  useEffect(() => {
    if (!isFirst) {
      heading.current.focus();
      window.scrollTo(0, 0);
    }
    isFirst = false;
  }, []);
  return html`<div class="page">
    <div class="page-head">
      <div><h1 tabindex="-1" ref=${heading}>${title}</h1>${intro && html`<p class="intro">${intro}</p>`}</div>
      ${actions && html`<div class="actions">${actions}</div>`}
    </div>
    ${children}
  </div>`;
}

/** @param {{title: any, intro?: any, danger?: boolean, children: any}} properties A part of a page with a heading. */
export function Section({ title, intro, danger = false, children }) {
  return html`<section class="card ${danger ? "danger" : ""}">
    <h2>${title}</h2>
    ${intro && html`<p class="intro">${intro}</p>`}
    ${children}
  </section>`;
}

/** The name of the product, which leads to the first page. */
export function Brand() {
  return html`<a class="brand" href="#/"><svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#4f46e5" /><path d="M8 9h16v4h-6v11h-4V13H8z" fill="#fff" /></svg>Tenantry</a>`;
}

/** The first link of a page. It moves the focus to the content; the address stays, for it is the route. */
export function Skip() {
  const skip = (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  };
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to content</a>`;
}
