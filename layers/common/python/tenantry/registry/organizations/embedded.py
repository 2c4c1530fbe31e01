"""Documents within an organization's document: what is under way, what was done, and what was measured."""

from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict
from uuid import UUID


class StoredSize(TypedDict):
    """How many documents an organization has or had, and how many bytes they take as BSON."""

    documents: int
    bytes: int


class FormerSlug(TypedDict):
    """A slug that the organization left at `since` and that names it until `until`, for its members."""

    slug: str
    since: datetime
    until: datetime


class Intent(TypedDict):
    """A decided change of a tenant's collection, complete enough for anyone to finish it.

    `collection_uuid` tells the intended collection from another that has its name by now; it is None in the
    state creating, when there is none yet. Before `leased_until` only the process that holds the lease may
    complete a rename, or a deletion that keeps the collection. Such a deletion has `purge_at`, until when the
    collection is kept under the name `collection`. `decided_by` is for the audit record
    (`tenantry.audit.recording.origin`) of whoever completes it; a rename without one has been recorded.
    """

    collection_uuid: UUID | None
    name: str
    slug: str
    collection: str
    metadata: dict[str, Any]
    created_at: datetime
    leased_until: datetime
    decided_by: NotRequired[dict[str, Any]]
    removed: NotRequired[StoredSize]
    former_slugs: NotRequired[list[FormerSlug]]
    purge_at: NotRequired[datetime]


class Vacated(TypedDict):
    """A collection's name to which the organization does not return before `until`.

    Somebody else completed the rename that left it, so a first `renameCollection` may still be on its way.
    """

    collection: str
    until: datetime


class Move(TypedDict):
    """A move of the documents to another place, which bars renames and changes of indexes.

    Nobody uses the documents while `paused_until` is set: at the moment of the switch, or until that time if
    the process that was at it has died.
    """

    id: str
    paused_until: datetime | None


class PastCluster(TypedDict):
    """A cluster that the documents have left; records of idempotency keys there are used until `until`."""

    cluster: str
    until: datetime


class IndexChange(TypedDict):
    """An index that is being created or dropped; see `tenantry.storage.index_reservations`."""

    id: str
    created_at: datetime


class Added(TypedDict):
    """What was written since a measurement: documents and bytes that are more, or, if negative, fewer."""

    documents: int
    bytes: int


class Usage(TypedDict):
    """How much an organization stored when it was measured last; see `tenantry.registry.organizations.usage`.

    `added` is there while what is written is counted, which it is if `documents` or `bytes` are limited.
    """

    documents: int
    bytes: int
    measured_at: datetime
    added: NotRequired[Added]


class RolloutNote(TypedDict):
    """What a roll-out has done here; see `tenantry.registry.organizations.rolled_out`.

    Its organization may neither create nor drop `indexes`. `made` are those that it did not have before, None
    until somebody has looked; `before` is what validated its documents before, as Extended JSON, if the
    roll-out changes that. `change` is the last of its `index_changes`, and `reason` why it has failed.
    """

    name: str
    state: Literal["begun", "done", "failed"]
    indexes: list[str]
    made: list[str] | None
    before: str | None
    change: str | None
    reason: str | None
