"""The independent checker of the invariants: it reads the databases directly, while they are in use.

One look may see a change that is in progress. So each suspicion is looked at again, and is a violation only
if every look finds the same thing wrong with the same version.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched, chain
from typing import Any, Final, Protocol

from cli.checks.accounts import Accounts
from cli.checks.api_keys import ApiKeys
from cli.checks.clusters import Clusters
from cli.checks.collections import TenantCollections
from cli.checks.deletions import Deletions
from cli.checks.email_holds import EmailHolds
from cli.checks.indexes import UniqueIndexes
from cli.checks.invitations import Invitations
from cli.checks.links import Links
from cli.checks.members import Members
from cli.checks.months_of_use import MonthsOfUse
from cli.checks.moves import Moves
from cli.checks.organizations import Organizations
from cli.checks.plans import Plans
from cli.checks.pools import Pools
from cli.checks.receipts import Receipts
from cli.checks.rolled_out import RolledOut
from cli.checks.signing_keys import SigningKeys
from cli.connection import Databases
from cli.violation import Violation

BATCH: Final = 1_000  # keys that one round of queries examines
FURTHER_LOOKS: Final = 3
PAUSE_SECONDS: Final = 0.1  # before each further look; a change takes a few milliseconds
ACCOUNTS_END_AFTER: Final = timedelta(days=31)  # without an organization: 30 days, and one for the reconciler

Advance = Callable[[str, int, int], None]  # name of the subject, number done, number expected


class Subject(Protocol):
    """What is checked by the same rules: all accounts, all collections and the like."""

    name: str

    def count(self) -> int:
        """Return about how many there are."""

    def keys(self) -> Iterator[Any]:
        """Yield a key for each: an id or whatever else tells it from the rest."""

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong, at one look, with those that have these keys."""


@dataclass(frozen=True, slots=True)
class Report:
    """How many were examined of each subject, and which invariants do not hold."""

    examined: dict[str, int]
    violations: list[Violation]


def verify(databases: Databases, older_than: timedelta, advance: Advance) -> Report:
    """Check every invariant.

    Parameters
    ----------
    databases : Databases
        What to check.
    older_than : timedelta
        Age at which an intent should be settled.
    advance : Advance
        Called as the work goes on.
    """
    now = databases.server_time()
    subjects: list[Subject] = [
        UniqueIndexes(databases),
        Organizations(databases, now - older_than),
        Clusters(databases),
        TenantCollections(databases),
        Pools(databases),
        RolledOut(databases),
        Moves(databases, now),
        Deletions(databases, now),
        Plans(databases),
        Members(databases),
        Invitations(databases),
        ApiKeys(databases, now),
        Accounts(databases, now - ACCOUNTS_END_AFTER),
        EmailHolds(databases, now),
        Links(databases, now),
        MonthsOfUse(databases),
        SigningKeys(databases),
        Receipts(databases, now),
    ]
    examined: dict[str, int] = {}

    def count(name: str, done: int, expected: int) -> None:
        examined[name] = done
        advance(name, done, expected)

    violations = [violation for subject in subjects for violation in check(subject, count)]
    return Report(examined, violations)


def check(subject: Subject, advance: Advance) -> list[Violation]:
    """Check one subject, all of it."""
    suspicions = batched(_suspicions(subject, advance), BATCH, strict=False)
    return list(chain.from_iterable(_confirmed(subject, batch) for batch in suspicions))


def _suspicions(subject: Subject, advance: Advance) -> Iterator[Violation]:
    expected = subject.count()
    done = 0
    advance(subject.name, done, expected)
    for keys in batched(subject.keys(), BATCH, strict=False):
        yield from subject.examine(keys)
        done += len(keys)
        advance(subject.name, done, expected)


def _confirmed(subject: Subject, suspicions: Sequence[Violation]) -> Sequence[Violation]:
    for _ in range(FURTHER_LOOKS):
        if not suspicions:
            break
        time.sleep(PAUSE_SECONDS)
        seen_again = set(subject.examine([suspicion.key for suspicion in suspicions]))
        suspicions = [suspicion for suspicion in suspicions if suspicion in seen_again]
    return suspicions
