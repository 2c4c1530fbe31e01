"""Documents of the master collection `email_holds`: addresses that accounts gave up, held for these accounts.

Whoever has somebody's password can change the address of the account. So the address that it had, if it was
verified, gets a link that takes the change back, and nobody else gets the address while the link is valid.

A hold is written in the transaction that changes the address, and looked for in the one that takes it. A
transaction reads one snapshot, and the unique index on `accounts.email` lets no two write the same address at
once. So whoever takes an address sees either the account that has it or the hold that it has left.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import EmailTaken
from tenantry.identity.addresses.email_addresses import folded
from tenantry.runtime import moments, mongodb

HELD_FOR: Final = timedelta(days=7)


class EmailHold(TypedDict):
    """An address in canonical form that one account alone may take before `held_until`.

    `address` is the same as its owner wrote it. `auth_epoch` is the epoch of the account that ended with the
    change: it tells, whatever clocks say, which of the account's changes came first.
    """

    _id: str
    address: str
    account_id: str
    auth_epoch: int
    held_until: datetime


def email_holds() -> Collection[EmailHold]:
    """Return the master's collection of addresses that are held."""
    return mongodb.collection("email_holds")


def find(email: str, session: ClientSession | None = None) -> EmailHold | None:
    """Return the hold of an address, unless it has ended."""
    return email_holds().find_one({"_id": email, "held_until": {"$gt": moments.now()}}, session=session)


def held(emails: Iterable[str], session: ClientSession | None = None) -> set[str]:
    """Return which of some addresses in canonical form are held."""
    living = {"_id": {"$in": list(emails)}, "held_until": {"$gt": moments.now()}}
    return {hold["_id"] for hold in email_holds().find(living, {"_id": 1}, session=session)}


def check(email: str, account_id: str | None = None, session: ClientSession | None = None) -> None:
    """Raise if an address is held for another account.

    Parameters
    ----------
    email : str
        In canonical form.
    account_id : str, optional
        Who wants it; None for an account that does not exist yet.
    session : ClientSession, optional
        Of the transaction that takes the address. Without it the answer may be outdated at once.

    Raises
    ------
    EmailTaken
        It is, and the answer does not tell it from an address that an account has.
    """
    present = find(email, session)
    if present is not None and present["account_id"] != account_id:
        raise EmailTaken


def hold(address: str, account_id: str, auth_epoch: int, session: ClientSession) -> None:
    """Hold an address for an account, in the transaction that gives the account another.

    If it is held for the account already, only the end moves: whoever came to have an address that is folded
    alike, which may be another mailbox, must not take the way back of whoever had this one.

    Parameters
    ----------
    address : str
        As its owner wrote it.
    account_id : str
        Whose it was.
    auth_epoch : int
        Of the account before the change.
    session : ClientSession
        Of the transaction.
    """
    held_until = moments.now() + HELD_FOR
    document: EmailHold = {
        "_id": folded(address),
        "address": address,
        "account_id": account_id,
        "auth_epoch": auth_epoch,
        "held_until": held_until,
    }
    present = find(document["_id"], session)
    if present is not None and present["account_id"] == account_id:
        document = {**present, "held_until": held_until}
    email_holds().replace_one({"_id": document["_id"]}, document, upsert=True, session=session)


def end_since(hold: EmailHold, session: ClientSession) -> list[str]:
    """End a hold, and those of all changes that the account has made since.

    Returns
    -------
    list of str
        The addresses, in canonical form.
    """
    since = {"account_id": hold["account_id"], "auth_epoch": {"$gte": hold["auth_epoch"]}}
    emails = [ended["_id"] for ended in email_holds().find(since, {"_id": 1}, session=session)]
    email_holds().delete_many(since, session=session)
    return emails


def end_all(account_id: str, session: ClientSession) -> None:
    """End all holds of an account, in the transaction that removes the account."""
    email_holds().delete_many({"account_id": account_id}, session=session)
