/** Choosing a password, beside the address that a password manager keeps it with. */
import { html } from "../html.js";
import { PasswordField } from "./field.js";

const LEAST_CHARACTERS = 15;

/** @param {{label?: string, value: string, onInput: (value: string) => void, error?: string}} properties */
export function NewPassword({ label = "Password", ...rest }) {
  return html`<${PasswordField} label=${label} hint="At least ${LEAST_CHARACTERS} characters; a sentence is easy to remember."
    autocomplete="new-password" minlength=${LEAST_CHARACTERS} required ...${rest} />`;
}

/** @param {{email?: string}} properties For password managers alone. */
export function Username({ email }) {
  return html`<input class="sr" type="email" name="email" autocomplete="username" value=${email ?? ""} readonly tabindex="-1"
    aria-hidden="true" />`;
}
