"""The independent checker of the invariants, with raw reads on a system that keeps moving.

What one look finds may be a change at its midst. So each suspicion is looked at again, by itself, and is a
violation only if every look finds the same: the same thing wrong with the same version.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched, chain
from typing import Any, Final, Protocol

from cli.checks.accounts import Accounts
from cli.checks.clusters import Clusters
from cli.checks.collections import TenantCollections
from cli.checks.indexes import UniqueIndexes
from cli.checks.members import Members
from cli.checks.moves import Moves
from cli.checks.organizations import Organizations
from cli.checks.pools import Pools
from cli.checks.signing_keys import SigningKeys
from cli.connection import Databases
from cli.violation import Violation

BATCH: Final = 1_000  # things examined by one round of queries
FURTHER_LOOKS: Final = 3
PAUSE_SECONDS: Final = 0.1  # before each further look; a change takes a few milliseconds
ACCOUNTS_END_AFTER: Final = timedelta(days=31)  # without an organization: 30, and a day for the reconciler

Advance = Callable[[str, int, int], None]  # name of the kind, number done, number expected


class Kind(Protocol):
    """One kind of thing with its rules."""

    name: str

    def count(self) -> int:
        """Return about how many there are."""

    def keys(self) -> Iterator[Any]:
        """Yield what tells each from the others."""

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what one look finds wrong with some of them."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was examined, by kind, and which invariants do not hold."""

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
    kinds: list[Kind] = [
        UniqueIndexes(databases),
        Organizations(databases, now - older_than),
        Clusters(databases),
        TenantCollections(databases),
        Pools(databases),
        Moves(databases, now),
        Members(databases),
        Accounts(databases, now - ACCOUNTS_END_AFTER),
        SigningKeys(databases),
    ]
    examined: dict[str, int] = {}

    def count(name: str, done: int, expected: int) -> None:
        examined[name] = done
        advance(name, done, expected)

    violations = [violation for kind in kinds for violation in check(kind, count)]
    return Report(examined, violations)


def check(kind: Kind, advance: Advance) -> list[Violation]:
    """Check all things of one kind."""
    suspicions = _suspicions(kind, advance)
    confirmed = (_confirmed(kind, some) for some in batched(suspicions, BATCH, strict=False))
    return list(chain.from_iterable(confirmed))


def _suspicions(kind: Kind, advance: Advance) -> Iterator[Violation]:
    expected = kind.count()
    done = 0
    advance(kind.name, done, expected)
    for keys in batched(kind.keys(), BATCH, strict=False):
        yield from kind.examine(keys)
        done += len(keys)
        advance(kind.name, done, expected)


def _confirmed(kind: Kind, suspicions: Sequence[Violation]) -> Sequence[Violation]:
    for _ in range(FURTHER_LOOKS):
        if not suspicions:
            break
        time.sleep(PAUSE_SECONDS)
        found = set(kind.examine([suspicion.key for suspicion in suspicions]))
        suspicions = [suspicion for suspicion in suspicions if suspicion in found]
    return suspicions
