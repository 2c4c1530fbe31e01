/** A key at the one moment at which it is shown. */
import { html } from "../../html.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Secret } from "../../components/secret.js";

export function ShownKey({ made, onClose }) {
  return html`<${Dialog} title="Keep this key" onClose=${onClose} wide>
    <p>It is shown this once. Whoever has it may do what its scopes say, so keep it where your program's other secrets are.</p>
    <${Secret} label="API key" value=${made.key} />
    <div class="actions"><${Button} kind="primary" onClick=${onClose}>I have kept it<//></div>
  <//>`;
}
