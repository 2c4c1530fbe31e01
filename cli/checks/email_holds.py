"""What holds for each address that is held for an account that gave it up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cli.checks.documents import DocumentsInTime
from cli.connection import Databases, Document
from cli.violation import Violation


@dataclass(frozen=True, slots=True)
class Facts:
    """One hold that has not ended, and what the accounts say about it."""

    document: Document
    has_account: bool
    owner_id: Any  # of the account that has the address, or None


def of_an_account(facts: Facts) -> str | None:
    """Check that the account that the address is held for exists."""
    if facts.has_account:
        return None
    return f"is held for an account that does not exist: {facts.document.get('account_id')}"


def not_taken(facts: Facts) -> str | None:
    """Check that no other account has the address."""
    if facts.owner_id in (None, facts.document.get("account_id")):
        return None
    return f"is held for account {facts.document.get('account_id')}, but account {facts.owner_id} has it"


RULES: Final[dict[str, Callable[[Facts], str | None]]] = {
    "email-hold-of-an-account": of_an_account,
    "email-hold-not-taken": not_taken,
}


class EmailHolds(DocumentsInTime):
    """All addresses that are held; holds that have ended, and wait to be removed, mean nothing."""

    name = "email holds"

    def __init__(self, databases: Databases, now: datetime) -> None:
        super().__init__(databases, now)
        self._documents = self._master["email_holds"]

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these holds.

        They are read before the accounts, together with which they change. So if a second look finds a hold
        again, what the first look saw was wrong indeed.
        """
        present = {"_id": {"$in": list(keys)}, "held_until": {"$gt": self._now}}
        return [
            Violation(
                rule,
                f"an address {detail}",
                key=facts.document["_id"],
                version=repr(facts.document.get("auth_epoch")),
            )
            for facts in self._facts(list(self._documents.find(present)))
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _facts(self, holds: list[Document]) -> Iterator[Facts]:
        account_ids = [hold.get("account_id") for hold in holds]
        emails = [hold["_id"] for hold in holds]
        accounts = list(
            self._master["accounts"].find(
                {"$or": [{"_id": {"$in": account_ids}}, {"email": {"$in": emails}}]}, {"email": 1}
            )
        )
        existing = {account["_id"] for account in accounts}
        owners = {account.get("email"): account["_id"] for account in accounts}
        for hold in holds:
            yield Facts(hold, hold.get("account_id") in existing, owners.get(hold["_id"]))
