/** One receipt, to be handed to whoever asks for it. */
import { download } from "../../../download.js";
import { html } from "../../../html.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { Outcome } from "./outcome.js";

/** @param {{receipt: object, keys: object[], onClose: () => void}} properties receipt: with its `outcome`. */
export function Receipt({ receipt, keys, onClose }) {
  const { outcome, signed, ...content } = receipt;
  const save = (name, text, type) => () => download(name, new Blob([text], { type }));
  return html`<${Dialog} title="Receipt" onClose=${onClose} wide>
    <p><${Outcome} ...${outcome} /></p>
    <pre class="scroll code" tabindex="0">${JSON.stringify(content, null, 2)}</pre>
    ${signed
      ? html`<p>Whoever has the receipt and the keys may verify it: <code>tenantry receipts verify ${receipt.id}.jws --keys receipt-keys.json</code></p>`
      : html`<p>The service signs it within five minutes.</p>`}
    <div class="actions">
      ${signed && html`<${Button} onClick=${save("receipt-keys.json", `${JSON.stringify({ keys }, null, 2)}\n`, "application/jwk-set+json")}>Download the keys<//>
        <${Button} onClick=${save(`${receipt.id}.jws`, `${signed}\n`, "application/jose")}>Download the receipt<//>`}
      <${Button} kind="primary" onClick=${onClose}>Close<//>
    </div>
  <//>`;
}
