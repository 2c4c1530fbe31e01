/** A list of the API, page by page. */
import { request } from "./api.js";
import { html, useState } from "./html.js";
import { useLoad } from "./tasks.js";
import { Pager } from "./components/pager.js";
import { Failed, Loading } from "./components/states.js";

/**
 * Load a page of a list, and what leads to the others.
 *
 * @param {string} path Of the list.
 * @returns {{data: any, reload: () => void, state: any, pager: any}} state: what is shown while there is no page.
 */
export function usePages(path) {
  const [cursor, setCursor] = useState(null);
  const { data, problem, busy, reload } = useLoad(
    async (signal) => (await request("GET", path, { query: { cursor }, signal })).data,
    [path, cursor],
  );
  const first = () => (cursor === null ? reload() : setCursor(null));
  const retry = problem?.code === "cursor-outdated" ? first : reload;
  const state = problem ? html`<${Failed} problem=${problem} retry=${retry} />` : !data && html`<${Loading} />`;
  const pager = data && html`<${Pager} next=${data.next_cursor} previous=${cursor !== null} busy=${busy} onNext=${setCursor} onFirst=${first} />`;
  return { data, reload, state, pager };
}
