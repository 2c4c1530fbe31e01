/** The account: its address, its password, and its end. */
import { html } from "../html.js";
import { Page } from "../components/page.js";
import { ChangeAddress } from "./account/address.js";
import { DeleteAccount } from "./account/deletion.js";
import { ChangePassword, LogOutEverywhere } from "./account/password.js";

export default function AccountView({ session }) {
  return html`<${Page} title="Account">
    <${ChangeAddress} account=${session.account} />
    <${ChangePassword} session=${session} />
    <${LogOutEverywhere} />
    <${DeleteAccount} session=${session} />
  <//>`;
}
