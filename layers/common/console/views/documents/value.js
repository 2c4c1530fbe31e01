/** Values of documents, as text and nothing else, and never more of it than a page takes. */
import { html, useMemo, useState } from "../../html.js";
import { visible } from "../../texts.js";
import { Time } from "../../components/time.js";
import { summary } from "../../documents/extended_json.js";

const GROWTH = 100; // times as much with each step

/**
 * @param {{value: import("../../documents/json.js").Value, limit: number, isLink?: boolean}} properties isLink: it stands
 *   in a link, so that it has no button.
 */
export function Value({ value, limit, isLink = false }) {
  const [shown, setShown] = useState(limit);
  const { type, text, isAll } = useMemo(() => summary(value, shown), [value, shown]);
  if (type === "date" && isAll && !text.startsWith("{")) {
    return html`<${Time} value=${text} />`;
  }
  return html`<bdi class="value ${type}" title=${type}>${visible(text)}${!isAll && "…"}</bdi>
    ${!isAll && !isLink && html` <button class="link" type="button" onClick=${() => setShown(shown * GROWTH)}>Show more</button>`}`;
}

/**
 * @param {{write: (limit: number) => {text: string, isAll: boolean}, limit: number}} properties write: returns the text
 *   up to a number of characters.
 */
export function LongText({ write, limit }) {
  const [shown, setShown] = useState(limit);
  const { text, isAll } = useMemo(() => write(shown), [shown]);
  return html`<pre class="json" tabindex="0"><bdi>${text}${!isAll && "…"}</bdi></pre>
    ${!isAll && html`<div class="actions"><button class="link" type="button" onClick=${() => setShown(shown * GROWTH)}>Show more</button></div>`}`;
}
