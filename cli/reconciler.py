"""What schedules do: by the library for what requests began and use, here for what restores began."""

from dataclasses import dataclass
from datetime import timedelta

from cli.backups import staging
from cli.connection import Databases
from tenantry.lifecycle.moves import cleaning
from tenantry.lifecycle.reconciling import reconcile
from tenantry.storage import measuring


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ids of organizations, by what was done; ids of accounts in `ended`, collections in `dropped`.

    `measured` and `unmeasured` are numbers of organizations whose use was to be measured.
    """

    settled: list[str]
    purged: list[str]
    erased: list[str]
    ended: list[str]
    moved: list[str]
    failed: list[str]
    dropped: list[str]
    measured: int
    unmeasured: int


def settle(databases: Databases, older_than: timedelta) -> Outcome:
    """Settle intents and erasures of this age, do all else that the reconciler does, clean up and measure."""
    reconciled = reconcile(older_than)
    moved = cleaning.remove_leftovers()
    dropped = staging.drop_abandoned(databases)
    measured = measuring.measure_due()
    return Outcome(
        settled=reconciled.settled,
        purged=reconciled.purged,
        erased=reconciled.erased,
        ended=reconciled.ended,
        moved=moved,
        failed=reconciled.failed,
        dropped=dropped,
        measured=measured.measured,
        unmeasured=measured.failed,
    )
