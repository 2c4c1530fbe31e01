/** Light or dark: as the system has it, unless somebody chooses. */
import { createStore } from "./store.js";

const KEY = "tenantry-theme";

/** @type {import("./store.js").Store<"system" | "light" | "dark">} */
export const theme = createStore(kept());

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
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // It lasts as long as the page, then.
  }
}

function kept() {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}
