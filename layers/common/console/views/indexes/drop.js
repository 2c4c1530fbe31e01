/** The end of an index. */
import { segment, request } from "../../api.js";
import { html } from "../../html.js";
import { useTask } from "../../tasks.js";
import { Confirm } from "../../components/dialog.js";
import { toast } from "../../components/toast.js";

export function DropIndex({ session, name, onClose, onDropped }) {
  const drop = useTask(async () => {
    try {
      await request("DELETE", `${session.base}/indexes/${segment(name)}`);
    } catch (problem) {
      if (problem.code !== "index-not-found") {
        throw problem; // what is not there needs no end
      }
    }
    toast(`The index ${name} is dropped.`);
    onClose();
    onDropped();
  });
  return html`<${Confirm} title="Drop the index" action="Drop" busy=${drop.busy} problem=${drop.problem} onConfirm=${drop.run} onClose=${onClose}>
    <p>Filters and orders that <bdi class="typed">${name}</bdi> serves take longer without it, and nothing keeps its values unique. The documents stay.</p>
  <//>`;
}
