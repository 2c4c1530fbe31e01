/** A key at the one moment at which it is shown. */
import { html, useId, useState } from "../../html.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Note } from "../../components/states.js";

export function ShownKey({ made, onClose }) {
  const id = useId();
  const [message, setMessage] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.key);
      setMessage("Copied.");
    } catch {
      setMessage("The browser lets no page copy. Select the key and copy it.");
    }
  };
  return html`<${Dialog} title="Keep this key" onClose=${onClose} wide>
    <p>It is shown this once. Whoever has it may do what its scopes say, so keep it where your program's other secrets are.</p>
    <div class="field"><label for=${id}>API key</label>
      <div class="joined"><input id=${id} class="mono" readonly autocomplete="off" value=${made.key} onFocus=${(event) => event.currentTarget.select()} />
        <${Button} onClick=${copy}>Copy<//></div></div>
    <${Note}>${message}<//>
    <div class="actions"><${Button} kind="primary" onClick=${onClose}>I have kept it<//></div>
  <//>`;
}
