/** What came of verifying a receipt. */
import { html } from "../../../html.js";
import { Section } from "../../../components/page.js";
import { differences, NotGenuine, Unsupported, verify } from "./signatures.js";

/**
 * @typedef {{state: "genuine" | "unsigned" | "false" | "unknown", reason?: string}} Result
 */

/**
 * Verify a receipt of the service's list.
 *
 * @returns {Promise<Result>}
 */
export async function outcomeOf(receipt, keys) {
  if (receipt.signed === null) {
    return { state: "unsigned" };
  }
  try {
    const wrong = differences(receipt, await verify(receipt.signed, keys));
    return wrong.length ? { state: "false", reason: `says something else of ${wrong.join(", ")}` } : { state: "genuine" };
  } catch (error) {
    return refused(error);
  }
}

/** @returns {Result} What an error of `verify` means. */
export function refused(error) {
  if (error instanceof NotGenuine) {
    return { state: "false", reason: error.message };
  }
  if (error instanceof Unsupported) {
    return { state: "unknown" };
  }
  throw error;
}

const SHOWN = {
  genuine: ["good", "genuine"],
  unsigned: ["warn", "not signed yet"],
  false: ["bad", "not genuine"],
  unknown: ["", "not verified"],
};

/** @param {Result} properties */
export function Outcome({ state, reason }) {
  const [level, label] = SHOWN[state];
  return html`<span class="badge ${level}">${label}</span>${reason && html` <span class="quiet">It ${reason}.</span>`}`;
}

/** How to verify receipts where the browser cannot. @param {{outcomes: Result[]}} properties */
export function Commands({ outcomes }) {
  if (!outcomes.some(({ state }) => state === "unknown")) {
    return null;
  }
  return html`<${Section} title="This browser cannot verify signatures" intro="It does not know Ed25519. Show a receipt, download it, and let the command line verify it.">
    <pre class="scroll code" tabindex="0">tenantry receipts keys > keys.json${"\n"}tenantry receipts verify RECEIPT.jws --keys keys.json</pre><//>`;
}
