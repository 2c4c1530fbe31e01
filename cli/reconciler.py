"""Roll-forward by the library, on the databases that the command line names."""

from dataclasses import dataclass
from datetime import timedelta

from cli import library
from cli.backups import staging
from cli.connection import Databases, Target
from tenantry.moves import cleaning
from tenantry.reconciliation import reconcile


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ids of organizations by what was met of theirs, and collections that killed restores left."""

    settled: list[str]
    erased: list[str]
    moved: list[str]
    failed: list[str]
    dropped: list[str]


def settle(target: Target, databases: Databases, older_than: timedelta) -> Outcome:
    """Settle intents and erasures older than a while; remove what moves and killed restores have left."""
    library.use(target)
    found = reconcile(older_than)
    moved = cleaning.clean_all()
    return Outcome(found.settled, found.erased, moved, found.failed, staging.drop_abandoned(databases))
