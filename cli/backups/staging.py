"""Collections that a restore fills before they become a tenant's, and what is left of them after a kill.

A staging collection stands in a tenant database under a name that no tenant's collection can have. While a
restore works on it, it holds a lease: a document of the master collection `restorations`, by the server's
clock. The transaction that makes the collection a tenant's removes the lease. So whoever ends the lease
otherwise knows that the restore has not happened and cannot happen any more, and may drop the collection. The
lease also holds what is reserved on the cluster; once it has ended, it stays until the collection is dropped.
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
from tenantry.registry import clusters
from tenantry.runtime import mongodb

PREFIX: Final = "restoring_"  # tenants' collections begin with org_
LEASE: Final = timedelta(seconds=60)
RENEWAL_SECONDS: Final = 15
MAJORITY: Final = WriteConcern("majority")
LIVE: Final = {"is_ended": {"$exists": False}}


class LeaseLost(BackupError):
    """The restore stood still for longer than its lease, and its staging collection may be dropped."""

    def __init__(self) -> None:
        super().__init__("The restore stood still for too long; run `tenantry reconcile` and try again")


class Staging:
    """A staging collection and the lease on it.

    Parameters
    ----------
    databases : Databases
        Where it is.
    cluster : str
        On which cluster.
    namespaces : int
        How many collections and indexes it will be.
    """

    def __init__(self, databases: Databases, cluster: str, namespaces: int) -> None:
        self.name = PREFIX + secrets.token_hex(16)
        self.cluster = cluster
        self.namespaces = namespaces
        self.database: Database[Any] = databases.clusters[cluster].with_options(write_concern=MAJORITY)
        self._leases = _leases(databases)
        self._lost = threading.Event()

    def take_lease(self) -> None:
        """Take the lease, before there is anything that it is about.

        Raises
        ------
        BackupError
            There is no room for it on the cluster; nothing was changed.
        """
        mongodb.run_transaction(self._insert_lease)

    def _insert_lease(self, session: ClientSession) -> None:
        reserved = {"cluster": self.cluster, "namespaces": self.namespaces}
        taken = [{"$set": reserved}, *_lease_from_now()]
        self._in(session).update_one({"_id": self.name}, taken, upsert=True, session=session)
        if not clusters.reserve(self.cluster, self.namespaces, session):
            raise BackupError(f"The cluster {self.cluster} has been filled meanwhile; try again")

    def check_lease(self) -> None:
        """Raise `LeaseLost` if somebody has ended the lease, as far as that is known."""
        if self._lost.is_set():
            raise LeaseLost

    def remove_lease(self, session: ClientSession) -> None:
        """Remove the lease within the transaction that makes the collection a tenant's."""
        if self._in(session).delete_one({"_id": self.name} | LIVE, session=session).deleted_count == 0:
            raise LeaseLost

    def _in(self, session: ClientSession) -> Collection[Any]:
        return session.client[self._leases.database.name][self._leases.name]

    def abandon(self) -> None:
        """Drop the collection, unless it is a tenant's already."""
        _end(self._leases, {"_id": self.name}, {}, self.database)

    def keep_lease(self, ended: threading.Event) -> None:
        """Renew the lease until an event is set or the lease is gone."""
        while not ended.wait(RENEWAL_SECONDS) and not self._lost.is_set():
            with suppress(PyMongoError):  # a further attempt follows before the lease ends
                if self._leases.update_one({"_id": self.name} | LIVE, _lease_from_now()).matched_count == 0:
                    self._lost.set()


@contextmanager
def prepared(databases: Databases, cluster: str, namespaces: int) -> Iterator[Staging]:
    """Hold a staging collection for the length of a `with` block, and drop it if the block fails."""
    staging = Staging(databases, cluster, namespaces)
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
    return [name for cluster in databases.clusters for name in _drop_abandoned(databases, cluster)]


def _drop_abandoned(databases: Databases, cluster: str) -> Iterator[str]:
    names = list(databases.tenant_collection_names(cluster, PREFIX, PREFIX + "~"))
    leases = _leases(databases)
    tenants = databases.clusters[cluster].with_options(write_concern=MAJORITY)
    _end(leases, {"cluster": cluster}, {"$expr": {"$lt": ["$leased_until", "$$NOW"]}}, tenants)
    for name in names:
        if not _is_wanted(databases, leases, name):
            tenants.drop_collection(name)
            yield name


def _end(
    leases: Collection[Any], which: dict[str, Any], condition: dict[str, Any], tenants: Database[Any]
) -> None:
    """End leases under a condition; drop their collections, and give back what was reserved for them."""
    leases.update_many(which | condition, {"$set": {"is_ended": True}})
    for lease in list(leases.find(which | {"is_ended": True})):
        tenants.drop_collection(lease["_id"])
        _release(leases, lease)


@mongodb.in_transaction
def _release(session: ClientSession, leases: Collection[Any], lease: dict[str, Any]) -> None:
    known = session.client[leases.database.name][leases.name]
    if known.delete_one({"_id": lease["_id"]}, session=session).deleted_count == 1:
        clusters.release(lease["cluster"], lease["namespaces"], session)


def _is_wanted(databases: Databases, leases: Collection[Any], name: str) -> bool:
    # In this order, for the transaction that removes the lease inserts the organization.
    held = leases.find_one({"_id": name}) is not None
    return held or databases.master["organizations"].find_one({"collection": name}, {"_id": 1}) is not None


def _leases(databases: Databases) -> Collection[Any]:
    return databases.master["restorations"].with_options(write_concern=MAJORITY)


def _lease_from_now() -> list[dict[str, Any]]:
    milliseconds = int(LEASE.total_seconds() * 1000)
    return [{"$set": {"leased_until": {"$add": ["$$NOW", milliseconds]}}}]
