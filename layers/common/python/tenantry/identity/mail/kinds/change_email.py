"""The mail to the address that an account wants instead of its own."""

from typing import Final

from tenantry.identity import accounts
from tenantry.identity.addresses import email_holds
from tenantry.identity.addresses.email_addresses import folded
from tenantry.identity.mail.kinds.kind import Kind, Letter, LinkText, MailDocument, Text

TEXT: Final = Text(
    subject="Confirm your other e-mail address",
    opening=("Somebody asked to give an account at {app} this e-mail address.",),
    link=LinkText("change-email", "change-email", "Use this address"),
    closing=(
        "The link works once, within 30 minutes, for whoever is logged in to the account. You are logged out "
        "everywhere then, and log in with this address.",
        "If it was not you, do nothing: your address stays yours.",
    ),
)
TAKEN: Final = Text(
    subject="Your e-mail address was asked for",
    opening=(
        "Somebody asked to give another account at {app} this e-mail address. It stays with the account that "
        "has it, or had it until lately.",
    ),
    closing=(
        "If it was you, log in to the account that has this address, with another password if you have "
        "forgotten it, and change its address or delete it. Then ask again.",
        "If it was not you, do nothing.",
    ),
)


def _link_to_a_free_address(mail: MailDocument) -> Letter:
    """Return the letter with the link, or, if the address is another account's, the one that says so."""
    account_id = mail["claims"]["account_id"]
    addressee = accounts.find_addressee(mail["to"])
    if addressee is not None and addressee["_id"] != account_id:
        return Letter(accounts.address_of(addressee), TAKEN, {}, mail["values"])
    hold = email_holds.find(folded(mail["to"]))
    if hold is not None and hold["account_id"] != account_id:
        return Letter(hold["address"], TAKEN, {}, mail["values"])
    return Letter(mail["to"], TEXT, {**mail["claims"], "address": mail["to"]}, mail["values"])


CHANGE_EMAIL: Final = Kind(name="change-email", text=TEXT, resolve=_link_to_a_free_address)
