/** Light or dark: as the system has it, unless somebody chooses. */
import { keep, kept } from "./storage.js";
import { createStore } from "./store.js";

const CHOSEN = "theme";

/** @type {import("./store.js").Store<"system" | "light" | "dark">} */
export const theme = createStore(chosen());

/** Show the page in the chosen theme. */
export function applyTheme() {
  if (theme.get() === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme.get();
  }
}

/** @param {"system" | "light" | "dark"} wanted */
export function chooseTheme(wanted) {
  theme.set(wanted);
  applyTheme();
  keep(CHOSEN, wanted);
}

function chosen() {
  const value = kept(CHOSEN);
  return value === "light" || value === "dark" ? value : "system";
}
