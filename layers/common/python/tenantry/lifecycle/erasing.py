"""Deleting organizations whose documents are in a pool, and erasing these documents.

One transaction deletes the organization, and frees its name. The documents stay where they are: nobody
reaches them, for no organization has their id. If they are not kept, the transaction also inserts an erasure,
a document of the master collection `erasures`, for what is still in the pool. The deletion erases what it has
time for, the reconciler the rest; the erasure is removed last.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NotRequired, TypedDict

import pymongo
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from tenantry.audit import recording
from tenantry.errors import TenantryError
from tenantry.lifecycle import ending
from tenantry.lifecycle.receipts import adding as receipts
from tenantry.lifecycle.receipts.adding import Erased
from tenantry.registry import clusters
from tenantry.registry.organizations.document import OrganizationDocument, Place, place_of
from tenantry.registry.organizations.embedded import StoredSize
from tenantry.runtime import moments, mongodb
from tenantry.runtime.observability import log_failure
from tenantry.storage import barrier, measuring
from tenantry.storage.pooled.share import PoolShare

BATCH_SECONDS: Final = 3  # of deleting documents; what is deleted by then stays deleted
COUNTED_WITHIN: Final = timedelta(hours=1)


class Erasure(TypedDict):
    """What a deleted organization has left: documents and indexes in a pool, and its reserved namespaces.

    `deleted_at` is there if the organization was deleted before. `decided_by` is from
    `tenantry.audit.recording.origin`. `size` is there once it is known how much is
    erased, before the first document goes; it is None if the documents were too many to be counted in time.
    """

    _id: str
    cluster: str
    pool: str
    namespaces: int
    created_at: datetime
    deleted_at: NotRequired[datetime]
    decided_by: NotRequired[dict[str, Any]]
    size: NotRequired[StoredSize | None]


def erasures() -> Collection[Erasure]:
    """Return the master's collection of erasures."""
    return mongodb.collection("erasures")


def delete(organization: OrganizationDocument, purge_at: datetime | None) -> None:
    """Delete an organization and its members; keep its documents until a moment, or erase what time allows.

    Raises
    ------
    Overtaken
        Another change came first; nothing was changed.
    pymongo.errors.PyMongoError
        Outcome unknown: it is deleted, or nothing has changed.
    """
    if purge_at is not None:
        _set_aside(organization, purge_at)
        return
    erasure = _end_organization(organization)
    try:
        erase_some(erasure)
    except (PyMongoError, TenantryError) as error:  # the organization is deleted all the same
        log_failure("An erasure is left to the reconciler", error, organization_id=erasure["_id"])


@mongodb.in_transaction
def _set_aside(session: ClientSession, organization: OrganizationDocument, purge_at: datetime) -> None:
    ending.set_aside(organization, place_of(organization), None, purge_at, session)


@mongodb.in_transaction
def _end_organization(session: ClientSession, organization: OrganizationDocument) -> Erasure:
    ended = ending.end(organization, session)
    erasure = make(ended["_id"], place_of(ended), ended.get("namespaces", 0), recording.origin())
    erasures().insert_one(erasure, session=session)
    return erasure


def make(organization_id: str, place: Place, namespaces: int, decided_by: dict[str, Any]) -> Erasure:
    """Make the erasure of what a deleted organization has in a pool.

    Parameters
    ----------
    organization_id : str
        The organization.
    place : Place
        The pool.
    namespaces : int
        What is reserved for the organization, and given back when the erasure ends.
    decided_by : dict
        By whom, from `tenantry.audit.recording.origin`.
    """
    return {
        "_id": organization_id,
        "cluster": place.cluster,
        "pool": place.collection,
        "namespaces": namespaces,
        "created_at": moments.now(),
        "decided_by": decided_by,
    }


def find_all(older_than: timedelta) -> list[Erasure]:
    """Return the erasures that are older than a while, oldest first."""
    due = {"created_at": {"$lt": moments.now() - older_than}}
    return list(erasures().find(due).sort("created_at", 1))


def erase_some(erasure: Erasure) -> bool:
    """Erase what an organization has left, for a few seconds; doing it twice changes nothing.

    Returns
    -------
    bool
        Whether nothing is left. If not, call it again later.

    Raises
    ------
    ServiceUnavailable
        The cluster has no connection string here; call it again later.
    pymongo.errors.PyMongoError
        Unknown how much is left; call it again later.
    """
    share = PoolShare(Place(erasure["cluster"], "pooled", erasure["pool"]), erasure["_id"])
    # Whoever has written a document before the organization was removed may be about to commit it.
    if not barrier.wait(share.place) or not _note_size(share.place, erasure):
        return False
    if not _delete_documents(share):
        return False
    share.indexes.drop_all()
    _end(erasure)
    return True


def _note_size(place: Place, erasure: Erasure) -> bool:
    """Note how much is erased, unless that is noted; tell whether it is."""
    if "size" in erasure:
        return True
    size: StoredSize | None
    is_last_try = moments.now() > erasure["created_at"] + COUNTED_WITHIN
    try:
        with pymongo.timeout(BATCH_SECONDS):
            size = measuring.measure(place, erasure["_id"]).stored()
    except PyMongoError as error:
        if not error.timeout:
            raise
        if not is_last_try:
            return False
        size = None  # whoever wants to be forgotten need not wait for the count
    # nosemgrep: tenant-write-outside-transaction - erasures are the master database's
    erasures().update_one({"_id": erasure["_id"], "size": {"$exists": False}}, {"$set": {"size": size}})
    return True


def _delete_documents(share: PoolShare) -> bool:
    try:
        with pymongo.timeout(BATCH_SECONDS):
            # nosemgrep: tenant-write-outside-transaction - nobody has these documents any more
            share.documents.delete_many({})
    except PyMongoError as error:
        if error.timeout:
            return False
        raise
    return True


@mongodb.in_transaction
def _end(session: ClientSession, erasure: Erasure) -> None:
    ended = erasures().find_one_and_delete({"_id": erasure["_id"]}, session=session)
    if ended is None:
        return
    erased = Erased(
        organization_id=ended["_id"],
        size=ended.get("size"),
        cluster=ended["cluster"],
        kind="pooled",
        deleted_at=ended.get("deleted_at", ended["created_at"]),
        decided_by=ended.get("decided_by"),
    )
    receipts.add(erased, session)
    clusters.release(ended["cluster"], ended["namespaces"], session)
