/** An import that runs as long as its view is open. */
import { useEffect, useRef, useState } from "../../html.js";
import { keep, kept } from "../../storage.js";
import { Import, importNumber, MAX_LINE_OCTETS } from "../../documents/importing.js";
import { linesOf } from "../../documents/lines.js";
import { insertLines } from "../../documents/requests.js";
import { useAskBeforeLeaving } from "./leaving.js";

const UNFINISHED = "import"; // of a file, so that it is known when it is chosen again

/**
 * @param {string} base Path of the organization.
 * @returns {{state: {inserted: number, refused: object[], octets: number, lastLine: number} | null, size: number,
 *   waiting: {problem: Error, seconds: number} | null, problem: Error | null, busy: boolean, isDone: boolean,
 *   begin: (source: Blob) => void, goOn: () => void, stop: () => void, leave: () => void,
 *   isKnown: (source: Blob) => boolean}}
 */
export function useImport(base) {
  const [shown, setShown] = useState({ state: null, busy: false, isDone: false, waiting: null, problem: null });
  const current = useRef(null);
  const change = (changes) => setShown((before) => ({ ...before, ...changes }));
  useEffect(() => () => current.current?.controller.abort(), []);
  useAskBeforeLeaving(shown.busy, "Leave? The import stops. It goes on when you choose the same file again.");

  const run = async () => {
    const { source, task } = current.current;
    const controller = new AbortController();
    current.current.controller = controller;
    change({ busy: true, problem: null, state: snapshot(task) });
    try {
      await task.store(linesOf(source.stream(), MAX_LINE_OCTETS), controller.signal);
      keep(UNFINISHED, null);
      change({ busy: false, isDone: true, waiting: null, state: snapshot(task) });
    } catch (problem) {
      const isStopped = controller.signal.aborted;
      change({ busy: false, waiting: null, problem: isStopped ? null : problem, state: snapshot(task) });
    }
  };
  const begin = (source) => {
    const number = (isSame(unfinished(), base, source) && unfinished().run) || importNumber();
    remember(base, source, number);
    const send = (body, key) => insertLines(base, body, key);
    const task = new Import(number, send, {
      onProgress: () => change({ state: snapshot(task) }),
      onWait: (waiting) => change({ waiting }),
    });
    current.current = { source, task };
    run();
  };
  return {
    ...shown,
    size: current.current?.source.size ?? 0,
    begin,
    goOn: run,
    stop: () => current.current?.controller.abort(),
    leave: () => {
      current.current = null;
      change({ state: null, isDone: false, problem: null });
    },
    isKnown: (source) => isSame(unfinished(), base, source),
  };
}

const snapshot = ({ inserted, refused, octets, lastLine }) => ({ inserted, refused: [...refused], octets, lastLine });

const describe = (base, { name, size, lastModified }) => ({ base, name, size, lastModified });

function isSame(known, base, source) {
  const described = describe(base, source);
  return Boolean(source.name && known) && Object.entries(described).every(([name, value]) => known[name] === value);
}

function unfinished() {
  try {
    return JSON.parse(kept(UNFINISHED) ?? "null");
  } catch {
    return null; // it was not this page that has kept it
  }
}

function remember(base, source, run) {
  if (source.name) {
    keep(UNFINISHED, JSON.stringify({ ...describe(base, source), run }));
  }
}
