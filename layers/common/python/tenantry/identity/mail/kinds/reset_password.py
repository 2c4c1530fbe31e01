"""The mail to whoever has an address and, as somebody says, has forgotten the password."""

from typing import Final

from tenantry.identity.links import Claims
from tenantry.identity.mail import recipients
from tenantry.identity.mail.kinds.kind import Kind, Letter, LinkText, MailDocument, Text
from tenantry.identity.mail.recipients import RecipientDocument

TEXT: Final = Text(
    subject="Choose another password",
    opening=("Somebody asked to choose another password for your account at {app}.",),
    link=LinkText("reset-password", "reset-password", "Choose a password"),
    closing=(
        "The link works once, within 30 minutes. Your password stays as it is until you choose another.",
        "If it was not you, do nothing.",
    ),
)


def _to_its_account(mail: MailDocument) -> Letter | None:
    """Return the letter to the account that has the address; None if no account has it."""
    recipient = recipients.find(mail["to"])
    if recipient is None:
        return None
    return Letter(recipients.address_of(recipient), TEXT, _claims_on(recipient), mail["values"])


def _claims_on(recipient: RecipientDocument) -> Claims:
    """Bind a link to its account's epoch or, as long as the address is not verified, to the address alone.

    Whoever signs up with another's address moves the epoch as often as they like, or ends the account and
    signs up again. The links of the address's owner have to outlive that; see docs/decisions/0048.
    """
    if "verified_at" in recipient:
        return {"account_id": recipient["_id"], "auth_epoch": recipient["auth_epoch"]}
    return {"email": recipient["email"], "address": recipients.address_of(recipient)}


RESET_PASSWORD: Final = Kind(name="reset-password", text=TEXT, resolve=_to_its_account)
