/** A document that is not there yet. */
import { html } from "../../html.js";
import { useIdempotencyKey } from "../../forms.js";
import { askBeforeLeaving, navigate } from "../../router.js";
import { useTask } from "../../tasks.js";
import { Page } from "../../components/page.js";
import { toast } from "../../components/toast.js";
import { isTemporary } from "../../documents/patience.js";
import { createDocument } from "../../documents/requests.js";
import { Editor } from "./editor.js";
import { searchOf } from "./list-address.js";

const INTRO = "Without an _id it gets one.";

export function CreateDocument({ session, route }) {
  const keyOf = useIdempotencyKey();
  const create = useTask(async (text) => {
    try {
      const { path } = await createDocument(session.base, text, keyOf(text));
      askBeforeLeaving(() => false);
      toast("The document is created.");
      navigate(`/documents/${path}`, searchOf(route.query));
    } catch (problem) {
      if (isTemporary(problem)) {
        toast(problem, { retry: () => create.run(text) });
      }
      throw problem;
    }
  });
  return html`<${Page} title="Create a document" intro=${INTRO}>
    <section class="card" aria-label="Document">
      <${Editor} text=${"{\n  \n}"} action="Create" onSave=${create.run} busy=${create.busy} problem=${create.problem}
        onCancel=${() => navigate("/documents", searchOf(route.query))} />
    </section>
  <//>`;
}
