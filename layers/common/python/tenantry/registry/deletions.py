"""Documents of the master collection `deletions`: organizations that are deleted and can be brought back.

A deletion has everything that the organization had, until `purge_at`. Its documents are where nobody reaches
them: its own collection has a name that no slug gives, and what is in a pool belongs to an id that no
organization has. Whoever removes the deletion decides what becomes of it: `tenantry.lifecycle.undoing` brings
the organization back, `tenantry.lifecycle.purging` ends it for good. Once a purge has begun, nothing but the
purge can follow.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final, NotRequired, TypedDict
from uuid import UUID

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.language import paging
from tenantry.language.paging import Page
from tenantry.language.sorting import Sort
from tenantry.registry.organizations.conditions import beginning_with, folded_prefix
from tenantry.registry.organizations.document import Kind, OrganizationDocument, Place
from tenantry.registry.organizations.embedded import StoredSize
from tenantry.runtime import moments, mongodb
from tenantry.runtime.settings import settings

COLLECTION_PREFIX: Final = "deleted_"  # of what is set aside; organizations' collections begin with org_
REPEATED_AFTER: Final = timedelta(hours=1)  # a purge that failed


class FormerMember(TypedDict):
    """A member of a deleted organization, as it comes back."""

    account_id: str
    role: str
    joined_at: NotRequired[datetime]


class DeletionDocument(TypedDict):
    """A deleted organization as it is stored, under its id.

    `deletion_id` tells one deletion of an organization from the next. `organization` is the organization's
    document as it was. `cluster`, `kind` and `collection` say where its documents are, and `collection_uuid`
    is the identity of a collection of its own. `namespaces` are still reserved for it. `decided_by` is from
    `tenantry.audit.recording.origin`, of whoever deleted it or wanted it to be purged earlier. `is_purging`
    is there once a purge has begun, `removed` once it is known what a collection had, and `repeat_at` once a
    purge has failed, which is not due again before.
    """

    _id: str
    deletion_id: str
    organization: OrganizationDocument
    members: list[FormerMember]
    cluster: str
    kind: Kind
    collection: str
    collection_uuid: UUID | None
    namespaces: int
    decided_by: dict[str, Any]
    deleted_at: datetime
    purge_at: datetime
    is_purging: NotRequired[bool]
    removed: NotRequired[StoredSize]
    repeat_at: NotRequired[datetime]


def deletions() -> Collection[DeletionDocument]:
    """Return the master's collection of deletions."""
    return mongodb.collection("deletions")


def draw_collection() -> str:
    """Return a name for a collection that is set aside.

    Each deletion draws one of its own: a command that is late finds nothing under the name of an earlier one.
    """
    return COLLECTION_PREFIX + secrets.token_hex(16)


def next_purge() -> datetime | None:
    """Return until when an organization can be brought back that is deleted now; None if it cannot."""
    days = settings().deletion_grace_days
    return moments.now() + timedelta(days=days) if days else None


def place_of(deletion: DeletionDocument) -> Place:
    """Return where the documents of a deleted organization are."""
    return Place(deletion["cluster"], deletion["kind"], deletion["collection"])


def find(organization_id: str) -> DeletionDocument | None:
    """Return the deletion of an organization."""
    return deletions().find_one({"_id": organization_id})


def find_one(deletion_id: str) -> DeletionDocument | None:
    """Return one deletion of an organization, and not the next one of the same."""
    return deletions().find_one({"deletion_id": deletion_id})


def find_page(slug_prefix: str | None, name_prefix: str | None, limit: int, cursor: str | None) -> Page:
    """Return a page of deletions, without metadata: those that are purged next come first.

    Parameters
    ----------
    slug_prefix, name_prefix : str, optional
        How the slug, and the name, began; of the name in whichever case. The order is that of slugs, or of
        names, where one is given.
    limit : int
        At most so many.
    cursor : str or None
        From the page before, which had the same prefixes.

    Raises
    ------
    InvalidFields
        The cursor is malformed or of other prefixes, or the prefix of the name holds no letter, digit or
        sign.
    """
    query: mongodb.Document = {}
    order = "purge_at"
    if name_prefix is not None:
        order = "organization.folded_name"
        query[order] = beginning_with(folded_prefix(name_prefix))
    if slug_prefix is not None:
        order = "organization.slug"
        query[order] = beginning_with(slug_prefix)
    stored: Collection[Any] = deletions()  # a pipeline makes other documents of them
    sort: Sort = [(order, 1), ("_id", 1)]
    return paging.find_page(lambda stages: list(stored.aggregate(stages)), query, sort, limit, cursor)


def count_owned(account_id: str, at_most: int) -> int:
    """Count the deleted organizations that an account owned, up to a number."""
    owned = {"members": {"$elemMatch": {"account_id": account_id, "role": "owner"}}}
    return deletions().count_documents(owned, limit=at_most)


def find_due(cluster: str, at_most: int) -> list[DeletionDocument]:
    """Return deletions on a cluster that are to be purged, those that are due longest first.

    They come without what the organization was, which is up to a third of a megabyte each.
    """
    now = moments.now()
    due = {"cluster": cluster, "purge_at": {"$lte": now}, "repeat_at": {"$not": {"$gt": now}}}
    small = {"organization": 0, "members": 0}
    return list(deletions().find(due, small, sort=[("purge_at", 1)], limit=at_most))


def can_be_undone() -> mongodb.Document:
    """Return the query for deletions that nobody has begun to purge, and are not due."""
    return {"is_purging": {"$exists": False}, "purge_at": {"$gt": moments.now()}}


def take(deletion: DeletionDocument, session: ClientSession) -> bool:
    """Remove a deletion within the transaction that undoes it; tell whether it could still be undone."""
    kept = {"_id": deletion["_id"], "deletion_id": deletion["deletion_id"]} | can_be_undone()
    return deletions().delete_one(kept, session=session).deleted_count == 1


def begin_purge(
    deletion: DeletionDocument, decided_by: dict[str, Any] | None = None
) -> DeletionDocument | None:
    """Decide that a deletion is purged, and not undone any more; None if it is undone or purged already.

    Parameters
    ----------
    deletion : DeletionDocument
        As it was read.
    decided_by : dict, optional
        From `tenantry.audit.recording.origin`, of whoever wants it before it is due.
    """
    changes: mongodb.Document = {"is_purging": True, "purge_at": {"$min": ["$purge_at", moments.now()]}}
    if decided_by is not None:
        changes["decided_by"] = {"$literal": decided_by}
    return deletions().find_one_and_update(
        {"_id": deletion["_id"], "deletion_id": deletion["deletion_id"]},
        [{"$set": changes}],
        return_document=ReturnDocument.AFTER,
    )


def postpone(deletion: DeletionDocument) -> None:
    """Let a purge that has failed be repeated later, so that it does not keep others waiting."""
    failed = {"_id": deletion["_id"], "deletion_id": deletion["deletion_id"]}
    deletions().update_one(failed, {"$set": {"repeat_at": moments.now() + REPEATED_AFTER}})


def note_removed(deletion: DeletionDocument, size: StoredSize) -> None:
    """Note what a collection has that is about to be dropped, unless that is noted."""
    unnoted = {"_id": deletion["_id"], "deletion_id": deletion["deletion_id"], "removed": None}
    deletions().update_one(unnoted, {"$set": {"removed": size}})


def remove_purged(deletion: DeletionDocument, session: ClientSession) -> DeletionDocument | None:
    """Remove a deletion within the transaction that ends its purge, and return it; None if it is gone."""
    purging = {"_id": deletion["_id"], "deletion_id": deletion["deletion_id"], "is_purging": True}
    return deletions().find_one_and_delete(purging, session=session)
