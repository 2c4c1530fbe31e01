"""Purging deleted organizations that nobody may bring back any more: their documents end for good.

A purge is decided first, in the deletion itself, so that no undo can follow. Then a collection of its own is
dropped, by its UUID; what is in a pool becomes an erasure. Last, one transaction removes the deletion, gives
back what was reserved, and adds the receipt. Whoever comes after a process that died in between does the same
again.
"""

import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from uuid import UUID

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from tenantry.audit import recording
from tenantry.errors import DeletionNotFound, ServiceUnavailable, TenantryError
from tenantry.identity import links
from tenantry.lifecycle import erasing
from tenantry.lifecycle.receipts import adding as receipts
from tenantry.lifecycle.receipts.adding import Erased
from tenantry.registry import clusters, deletions
from tenantry.registry.deletions import DeletionDocument, place_of
from tenantry.runtime import mongodb
from tenantry.runtime.observability import log_failure, logger
from tenantry.storage import collections, measuring

MAX_OF_CLUSTER: Final = 1_000  # by one run; the next run purges more
PURGING_SECONDS: Final = 60  # of one run


class Purged(NamedTuple):
    """What has become of a deletion that was due."""

    organization_id: str
    is_done: bool


def purge_due() -> Iterator[Purged]:
    """Purge what is due, for a while, and yield what has become of each.

    A purge that fails keeps no other from its turn, and comes again in an hour. Of a cluster that cannot be
    reached a run tries one purge, and the next run tries again. So does it where a collection was renamed.

    Raises
    ------
    pymongo.errors.PyMongoError
        The deletions could not be read or changed.
    """
    give_up_at = time.monotonic() + PURGING_SECONDS
    for cluster in [registered["_id"] for registered in clusters.find_all()]:
        for deletion in deletions.find_due(cluster, MAX_OF_CLUSTER):
            if time.monotonic() > give_up_at:
                return
            try:
                _purge(deletion)
            except collections.CollectionElsewhere:
                yield Purged(deletion["_id"], is_done=False)
            except (PyMongoError, TenantryError) as error:
                log_failure("A purge failed", error, organization_id=deletion["_id"], cluster=cluster)
                yield Purged(deletion["_id"], is_done=False)
                if not clusters.answers(cluster):
                    break
                deletions.postpone(deletion)
            else:
                yield Purged(deletion["_id"], is_done=True)


def purge(organization_id: str) -> None:
    """Purge a deleted organization at once; doing it twice changes nothing.

    Raises
    ------
    DeletionNotFound
        There is no deletion of this organization: it is undone or purged already.
    ServiceUnavailable
        The cluster cannot be reached, or its collection was taken away from outside; the purge is decided,
        and the reconciler goes on with it.
    pymongo.errors.PyMongoError
        Outcome unknown; if it is decided, the reconciler goes on with it.
    """
    deletion = deletions.find(organization_id)
    if deletion is None:
        raise DeletionNotFound
    try:
        is_purged = _purge(deletion, recording.origin())
    except collections.CollectionElsewhere:
        raise ServiceUnavailable from None
    if not is_purged:
        raise DeletionNotFound


def _purge(deletion: DeletionDocument, decided_by: dict[str, Any] | None = None) -> bool:
    """Purge a deletion; False if it is undone meanwhile, or another process has purged it."""
    purging = deletions.begin_purge(deletion, decided_by)
    if purging is None:
        return False
    if purging["collection_uuid"] is not None:
        _drop(purging, purging["collection_uuid"])
    _end(purging)
    return True


def _drop(deletion: DeletionDocument, uuid: UUID) -> None:
    place = place_of(deletion)
    if "removed" not in deletion:
        deletions.note_removed(deletion, measuring.measure(place, deletion["_id"]).stored())
    try:
        collections.drop(place, uuid)
    except collections.CollectionElsewhere:
        logger.error("A deleted organization's collection was renamed", organization_id=deletion["_id"])
        raise


@mongodb.in_transaction
def _end(session: ClientSession, deletion: DeletionDocument) -> None:
    ended = deletions.remove_purged(deletion, session)
    if ended is None:
        return  # another process has ended the purge
    links.revoke(session, {"deletion_id": ended["deletion_id"]})
    place, namespaces = place_of(ended), ended["namespaces"]
    if place.pool is not None:
        erasure = erasing.make(ended["_id"], place, namespaces, ended["decided_by"])
        erasing.erasures().insert_one(erasure | {"deleted_at": ended["deleted_at"]}, session=session)
        return
    erased = Erased(
        organization_id=ended["_id"],
        size=ended.get("removed"),
        cluster=place.cluster,
        kind=place.kind,
        deleted_at=ended["deleted_at"],
        decided_by=ended["decided_by"],
    )
    receipts.add(erased, session)
    clusters.release(place.cluster, namespaces, session)
