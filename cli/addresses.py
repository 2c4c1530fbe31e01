"""Bringing stored e-mail addresses into the form in which they are unique, which the functions look for.

Repeating it changes nothing. Killed, it leaves each account either as it was or done.
"""

from dataclasses import dataclass, field

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from cli.connection import Databases, Document
from tenantry.identity.email_addresses import folded


@dataclass(frozen=True, slots=True)
class Collision:
    """Two accounts whose addresses are the same; which of them is to have it is for people to decide."""

    account_id: str
    holder_id: str


@dataclass(slots=True)
class Folding:
    """Ids of the accounts that were changed, and the collisions, whose accounts stay as they are."""

    folded: list[str] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)


def fold_stored(databases: Databases) -> Folding:
    """Fold the address of every account that has another form, and keep it as it was to be shown."""
    outcome = Folding()
    for account in databases.master["accounts"].find({}, {"email": 1}):
        if account["email"] != folded(account["email"]):
            _fold(databases.master, account, outcome)
    return outcome


def _fold(master: Database[Document], account: Document, outcome: Folding) -> None:
    email = folded(account["email"])
    as_it_was = {"_id": account["_id"], "email": account["email"]}
    address = {"$ifNull": ["$address", "$email"]}
    try:
        changed = master["accounts"].update_one(
            as_it_was, [{"$set": {"email": {"$literal": email}, "address": address}}]
        )
    except DuplicateKeyError:
        holder = master["accounts"].find_one({"email": email}, {"_id": 1})
        outcome.collisions += [Collision(account["_id"], holder["_id"])] if holder else []
    else:
        outcome.folded += [account["_id"]] if changed.modified_count else []
