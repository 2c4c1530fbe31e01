"""Collections that a restore fills before they become a tenant's, and what is left of them after a kill.

A staging collection stands in the tenant database under a name that no tenant's collection can have. While a
restore works on it, it holds a lease: a document of the master collection `restorations`, by the server's
clock. The transaction that makes the collection a tenant's removes the lease. So whoever removes the lease
otherwise knows that the restore has not happened and cannot happen any more, and may drop the collection.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, Final

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from cli.backups.errors import BackupError
from cli.connection import Databases

PREFIX: Final = "restoring_"  # tenants' collections begin with org_
LEASE: Final = timedelta(seconds=60)
RENEWAL_SECONDS: Final = 15
MAJORITY: Final = WriteConcern("majority")


class LeaseLost(BackupError):
    """The restore stood still for longer than its lease, and its staging collection may be dropped."""

    def __init__(self) -> None:
        super().__init__("The restore stood still for too long; run `tenantry reconcile` and try again")


class Staging:
    """A staging collection and the lease on it."""

    def __init__(self, databases: Databases) -> None:
        self.name = PREFIX + secrets.token_hex(16)
        self.database: Database[Any] = databases.tenants.with_options(write_concern=MAJORITY)
        self._leases = _leases(databases)
        self._lost = threading.Event()

    def take_lease(self) -> None:
        """Take the lease, before there is anything that it is about."""
        self._leases.update_one({"_id": self.name}, _lease_from_now(), upsert=True)

    def check_lease(self) -> None:
        """Raise `LeaseLost` if somebody has removed the lease, as far as that is known."""
        if self._lost.is_set():
            raise LeaseLost

    def remove_lease(self, session: ClientSession) -> None:
        """Remove the lease within the transaction that makes the collection a tenant's."""
        leases = session.client[self._leases.database.name][self._leases.name]
        if leases.delete_one({"_id": self.name}, session=session).deleted_count == 0:
            raise LeaseLost

    def abandon(self) -> None:
        """Drop the collection, unless it is a tenant's already."""
        if self._leases.delete_one({"_id": self.name}).deleted_count == 1:
            self.database.drop_collection(self.name)

    def keep_lease(self, ended: threading.Event) -> None:
        """Renew the lease until an event is set or the lease is gone."""
        while not ended.wait(RENEWAL_SECONDS) and not self._lost.is_set():
            with suppress(PyMongoError):  # a further attempt follows before the lease ends
                if self._leases.update_one({"_id": self.name}, _lease_from_now()).matched_count == 0:
                    self._lost.set()


@contextmanager
def prepared(databases: Databases) -> Iterator[Staging]:
    """Hold a staging collection for the length of a `with` block, and drop it if the block fails."""
    staging = Staging(databases)
    staging.take_lease()
    try:
        with _beside(staging.keep_lease):
            yield staging
    except BaseException:
        staging.abandon()
        raise


@contextmanager
def _beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do something in a thread for the length of a `with` block."""
    ended = threading.Event()
    thread = threading.Thread(target=work, args=[ended], daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def drop_abandoned(databases: Databases) -> list[str]:
    """Drop the staging collections of restores that were killed; return their names.

    They are listed first, so each of them has a lease, is a tenant's on its way to its name, or is abandoned.
    """
    names = list(databases.tenant_collection_names(PREFIX, PREFIX + "~"))
    leases = _leases(databases)
    leases.delete_many({"$expr": {"$lt": ["$leased_until", "$$NOW"]}})
    tenants = databases.tenants.with_options(write_concern=MAJORITY)
    abandoned = [name for name in names if not _is_wanted(databases, leases, name)]
    for name in abandoned:
        tenants.drop_collection(name)
    return abandoned


def _is_wanted(databases: Databases, leases: Collection[Any], name: str) -> bool:
    # In this order, for the transaction that removes the lease inserts the organization.
    held = leases.find_one({"_id": name}) is not None
    return held or databases.master["organizations"].find_one({"collection": name}, {"_id": 1}) is not None


def _leases(databases: Databases) -> Collection[Any]:
    return databases.master["restorations"].with_options(write_concern=MAJORITY)


def _lease_from_now() -> list[dict[str, Any]]:
    milliseconds = int(LEASE.total_seconds() * 1000)
    return [{"$set": {"leased_until": {"$add": ["$$NOW", milliseconds]}}}]
