"""The mail to whoever has an address and, as somebody says, has forgotten the password."""

from typing import Final

from tenantry.identity import accounts
from tenantry.identity.accounts import AccountAddress
from tenantry.identity.links import Claims
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
    addressee = accounts.find_addressee(mail["to"])
    if addressee is None:
        return None
    return Letter(accounts.address_of(addressee), TEXT, _claims_on(addressee), mail["values"])


def _claims_on(addressee: AccountAddress) -> Claims:
    """Bind a link to its account's epoch or, as long as the address is not verified, to the address alone.

    Whoever signs up with another's address moves the epoch as often as they like, or ends the account and
    signs up again. The links of the address's owner have to outlive that; see docs/decisions/0048.
    """
    if "verified_at" in addressee:
        return {"account_id": addressee["_id"], "auth_epoch": addressee["auth_epoch"]}
    return {"email": addressee["email"], "address": accounts.address_of(addressee)}


RESET_PASSWORD: Final = Kind(name="reset-password", text=TEXT, resolve=_to_its_account)
