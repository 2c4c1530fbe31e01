/** A receipt that somebody else shows. */
import { html, useState } from "../../../html.js";
import { useTask } from "../../../tasks.js";
import { Button } from "../../../components/button.js";
import { Form, TextArea } from "../../../components/field.js";
import { Section } from "../../../components/page.js";
import { Commands, Outcome, refused } from "./outcome.js";
import { verify } from "./signatures.js";

/** @param {{keys: object[]}} properties */
export function Shown({ keys }) {
  const [text, setText] = useState("");
  const [outcome, setOutcome] = useState(null);
  const check = useTask(async () => {
    setOutcome(null);
    setOutcome(await verify(text, keys).then((said) => ({ state: "genuine", said }), refused));
  });
  return html`<${Section} title="A receipt that somebody shows you" intro="Whether the service has signed it, and what it says. It is sent nowhere.">
    <${Form} class="wide" onSubmit=${() => check.run()}>
      <${TextArea} label="Signed receipt" value=${text} onInput=${setText} autocomplete="off" autocapitalize="off" spellcheck=${false} />
      <div class="actions"><${Button} type="submit" busy=${check.busy} disabled=${text.trim() === ""}>Verify<//></div>
    <//>
    <div role="status">${outcome && html`<p><${Outcome} ...${outcome} /></p>`}
      ${outcome?.said && html`<pre class="scroll code" tabindex="0">${JSON.stringify(outcome.said, null, 2)}</pre>`}</div>
    ${outcome && html`<${Commands} outcomes=${[outcome]} />`}
  <//>`;
}
