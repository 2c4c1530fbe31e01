/** A secret at the one moment at which it is shown. */
import { html, useId, useState } from "../html.js";
import { Button } from "./button.js";
import { Note } from "./states.js";

/** @param {{label: string, value: string}} properties */
export function Secret({ label, value }) {
  const id = useId();
  const [message, setMessage] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setMessage("Copied.");
    } catch {
      setMessage("The browser lets no page copy. Select it and copy it.");
    }
  };
  return html`<div class="field"><label for=${id}>${label}</label>
      <div class="joined"><input id=${id} class="mono" readonly autocomplete="off" value=${value} onFocus=${(event) => event.currentTarget.select()} />
        <${Button} onClick=${copy}>Copy<//></div></div>
    <${Note}>${message}<//>`;
}
