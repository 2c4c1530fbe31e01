/** The pages that the links of mails lead to. */
import { html } from "../html.js";
import { tokenOf } from "../links.js";
import { Page } from "../components/page.js";
import { ButtonLink } from "../components/button.js";
import AcceptInvitation from "./links/accept-invitation.js";
import { ChangeEmail, UndoEmailChange, VerifyEmail } from "./links/addresses.js";
import ResetPassword from "./links/reset-password.js";
import UndoDeletion from "./links/undo-deletion.js";

/** By the name that stands in the link (`tenantry.identity.mail.kinds`). */
const PAGES = {
  "accept-invitation": AcceptInvitation,
  "change-email": ChangeEmail,
  "reset-password": ResetPassword,
  "undo-deletion": UndoDeletion,
  "undo-email-change": UndoEmailChange,
  "verify-email": VerifyEmail,
};

export default function LinkView({ session, route }) {
  const name = route.parts[1];
  const component = Object.hasOwn(PAGES, name) ? PAGES[name] : null;
  const token = tokenOf(name);
  if (!component || !token) {
    return html`<${Page} title="Open the link again">
      <p>The link in the mail opens this page, once. If it is cut off in your mail program, copy all of it into the address bar.</p>
      <${ButtonLink} href="#/">To the console<//>
    <//>`;
  }
  return html`<${component} ...${{ session, route, token }} />`;
}
