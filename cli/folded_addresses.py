"""Folding stored e-mail addresses: into the form that is unique and that the functions look up.

Repeating it changes nothing. If it is killed, each account is either as it was or done.
"""

from dataclasses import dataclass, field

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from cli.connection import Databases, Document
from tenantry.identity.addresses.email_addresses import folded


@dataclass(frozen=True, slots=True)
class Collision:
    """Two accounts with the same address; people have to decide which of them keeps it."""

    account_id: str
    holder_id: str


@dataclass(slots=True)
class Folding:
    """Ids of the accounts that were changed, and collisions, of which both accounts stay as they are."""

    folded: list[str] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)


def fold_stored(databases: Databases) -> Folding:
    """Fold the address of every account that has another form, and keep the original, which is shown."""
    outcome = Folding()
    for account in databases.master["accounts"].find({}, {"email": 1}):
        if account["email"] != folded(account["email"]):
            _fold(databases.master, account, outcome)
    return outcome


def _fold(master: Database[Document], account: Document, outcome: Folding) -> None:
    email = folded(account["email"])
    unchanged = {"_id": account["_id"], "email": account["email"]}
    address = {"$ifNull": ["$address", "$email"]}
    try:
        changed = master["accounts"].update_one(
            unchanged, [{"$set": {"email": {"$literal": email}, "address": address}}]
        )
    except DuplicateKeyError:
        holder = master["accounts"].find_one({"email": email}, {"_id": 1})
        outcome.collisions += [Collision(account["_id"], holder["_id"])] if holder else []
    else:
        outcome.folded += [account["_id"]] if changed.modified_count else []
