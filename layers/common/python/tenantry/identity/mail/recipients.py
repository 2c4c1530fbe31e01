"""Accounts as the sender of mails sees them: in a view that shows no password hash."""

from datetime import datetime
from typing import NotRequired, TypedDict

from pymongo.collection import Collection

from tenantry.identity.addresses.email_addresses import folded
from tenantry.runtime import mongodb


class RecipientDocument(TypedDict):
    """An account as the view shows it; fields as of `tenantry.identity.accounts.AccountDocument`."""

    _id: str
    email: str
    address: NotRequired[str]
    auth_epoch: int
    verified_at: NotRequired[datetime]


def mail_recipients() -> Collection[RecipientDocument]:
    """Return the view of all accounts that shows their addresses and epochs."""
    return mongodb.collection("mail_recipients")


def find(address: str) -> RecipientDocument | None:
    """Return the account that has an address, in whichever case it is written."""
    return mail_recipients().find_one({"email": folded(address)})


def address_of(recipient: RecipientDocument) -> str:
    """Return an account's e-mail address as its owner wrote it."""
    return recipient.get("address", recipient["email"])
