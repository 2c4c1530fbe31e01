"""The mail to whoever has an address and, as somebody says, has forgotten the password."""

from typing import Final

from tenantry.identity.links import Claims
from tenantry.identity.mail import recipients
from tenantry.identity.mail.kinds.kind import Kind, Letter, LinkText, MailDocument, Text

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
    claims: Claims = {"account_id": recipient["_id"], "auth_epoch": recipient["auth_epoch"]}
    return Letter(recipients.address_of(recipient), TEXT, claims, mail["values"])


RESET_PASSWORD: Final = Kind(name="reset-password", text=TEXT, resolve=_to_its_account)
