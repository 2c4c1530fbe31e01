"""Roll-forward by the library, on the databases that the command line names."""

from dataclasses import dataclass
from datetime import timedelta

from cli import library
from cli.backups import staging
from cli.connection import Databases, Target
from tenantry.lifecycle.moves import cleaning
from tenantry.lifecycle.reconciling import reconcile


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ids of organizations by what was met of theirs, of accounts that ended, and names of collections."""

    settled: list[str]
    erased: list[str]
    ended: list[str]
    moved: list[str]
    failed: list[str]
    dropped: list[str]


def settle(target: Target, databases: Databases, older_than: timedelta) -> Outcome:
    """Settle intents and erasures older than a while, end unused accounts, remove what else was left."""
    library.use(target)
    found = reconcile(older_than)
    moved = cleaning.clean_all()
    dropped = staging.drop_abandoned(databases)
    return Outcome(found.settled, found.erased, found.ended, moved, found.failed, dropped)
