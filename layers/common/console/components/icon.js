/** Icons, drawn with lines of the colour of the text beside them. */
import { html } from "../html.js";

const PATHS = {
  home: "M3 11.5 12 4l9 7.5M5.5 9.5V20h13V9.5M10 20v-6h4v6",
  documents: "M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h6",
  indexes: "M4 6h10M4 12h7M4 18h5M17 5v14m0 0-3-3m3 3 3-3",
  members: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2.5 21a6.5 6.5 0 0 1 13 0M16 3.5a4 4 0 0 1 0 7M18 14.5a6.5 6.5 0 0 1 3.5 6.5",
  invitations: "M3 5h18v14H3zM3 6l9 7 9-7",
  keys: "M15 9a5 5 0 1 1-3.9-4.9A5 5 0 0 1 15 9zm-1.5 3.5L21 20m-4-4 2.5-2.5",
  audit: "M12 7v5l3.5 2M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4",
  settings: "M4 7h9m5 0h2M4 17h3m5 0h8M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zm-6 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  account: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM4 21a8 8 0 0 1 16 0",
  sessions: "M3 5h18v11H3zM9 20h6M12 16v4",
  menu: "M4 6h16M4 12h16M4 18h16",
  switch: "m8 9 4-4 4 4M8 15l4 4 4-4",
  check: "m5 12 5 5L20 7",
};

/** @param {{name: string}} properties Of `PATHS`, or what to draw. It is for the eye alone: what it stands for is said beside it. */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name] ?? name} /></svg>`;
}
