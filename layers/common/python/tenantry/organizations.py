"""Documents of the master collection `organizations`.

An organization is `active`, or carries an `intent`: a creation, rename or deletion that was decided, that
whoever meets it completes, and that reserves every slug it touches through the unique index on `slugs`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, NotRequired, TypedDict
from uuid import UUID

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from tenantry import database, names
from tenantry.clusters import MAIN
from tenantry.errors import OrganizationExists

# A command may reach the server as long as its connection stands. Where nobody lowered Linux' settings, a
# server gives up a silent connection after 7,200 s and 9 probes 75 s apart.
LATE_DELIVERY: Final = timedelta(minutes=135)

OWN_NAMESPACES: Final = 2  # a collection and its index on _id

State = Literal["creating", "active", "renaming", "deleting"]
Kind = Literal["collection", "pooled"]


class Placement(NamedTuple):
    """Where an organization's documents are.

    Parameters
    ----------
    cluster : str
        Name of the cluster; see `tenantry.clusters`.
    kind : {"collection", "pooled"}
        Whether the collection is the organization's own, or a pool that it shares with others.
    collection : str
        Name of the collection in the tenant database.
    """

    cluster: str
    kind: Kind
    collection: str


class Intent(TypedDict):
    """A decided change of a tenant's collection, complete enough for anyone to finish it.

    `collection_uuid` tells the intended collection from another that has its name by now; it is None as long
    as there is none, in the state creating. Nobody but the
    process that holds the lease carries out a rename before `leased_until`. `decided_by` is for the audit
    record (`tenantry.audit.origin`) of whoever completes it; a rename without one has been recorded.
    """

    collection_uuid: UUID | None
    name: str
    slug: str
    collection: str
    metadata: dict[str, Any]
    created_at: datetime
    leased_until: datetime
    decided_by: NotRequired[dict[str, Any]]


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


class IndexChange(TypedDict):
    """An index that is being created or dropped; see `tenantry.tenants.index_reservations`."""

    id: str
    created_at: datetime


class OrganizationDocument(TypedDict):
    """An organization as it is stored.

    `collection` follows from the slug. It holds the documents unless `pool` names the shared collection that
    does; see `placement`. `namespaces` counts the collections and indexes of the cluster that are reserved
    for this organization alone. `intent` is there in every state but active, `vacated` once a rename was
    interrupted, `suspended_at` while the organization is suspended, and `move` while its documents are moved.
    """

    _id: str
    name: str
    slug: str
    slugs: list[str]
    collection: str
    cluster: NotRequired[str]  # main if missing
    pool: NotRequired[str | None]
    namespaces: NotRequired[int]
    index_changes: NotRequired[list[IndexChange]]
    state: State
    version: int
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    intent: Intent | None
    vacated: NotRequired[list[Vacated]]
    suspended_at: NotRequired[datetime]
    move: NotRequired[Move | None]


def create_document(
    name: str, slug: str, metadata: dict[str, Any], cluster: str = MAIN, pool: str | None = None
) -> OrganizationDocument:
    """Make the document of an organization that is about to be created.

    Parameters
    ----------
    name, slug, metadata
        As they are checked already.
    cluster : str
        Where its documents will be.
    pool : str, optional
        The shared collection that will hold them; one of its own if left out.
    """
    now = database.now()
    return {
        "_id": database.random_id("org"),
        "name": name,
        "slug": slug,
        "slugs": [slug],
        "collection": names.collection_of(slug),
        "cluster": cluster,
        "pool": pool,
        "namespaces": 0 if pool else OWN_NAMESPACES,
        "state": "active",
        "version": 1,
        "metadata": metadata,
        "created_at": now,
        "updated_at": now,
        "intent": None,
    }


def placement(organization: OrganizationDocument) -> Placement:
    """Return where an organization's documents are."""
    cluster, pool = organization.get("cluster", MAIN), organization.get("pool")
    if pool is None:
        return Placement(cluster, "collection", organization["collection"])
    return Placement(cluster, "pooled", pool)


def is_pooled(organization: OrganizationDocument) -> bool:
    """Tell whether an organization's documents are in a pool."""
    return organization.get("pool") is not None


def insert(document: OrganizationDocument, session: ClientSession) -> None:
    """Insert an organization within a transaction.

    Raises
    ------
    OrganizationExists
        Another organization holds the slug or is moving to it; the transaction is aborted.
    """
    try:
        database.collection("organizations").insert_one(dict(document), session=session)
    except DuplicateKeyError:
        raise OrganizationExists from None


def find(organization_id: str) -> OrganizationDocument | None:
    """Return an organization in whatever state it is."""
    return _typed(database.collection("organizations").find_one({"_id": organization_id}))


def find_to_commit(organization_id: str, cluster: str) -> OrganizationDocument | None:
    """Return an organization as somebody must see it who is about to commit a transaction on a cluster.

    A server of the master that the majority has left still answers for a while. On the master's cluster it
    cannot commit either; for another one it has to ask the majority first (read concern linearizable).

    Parameters
    ----------
    organization_id : str
        The organization.
    cluster : str
        Where the transaction is.
    """
    found = database.collection("organizations")
    if cluster != MAIN:
        found = found.with_options(read_concern=ReadConcern("linearizable"))
    return _typed(found.find_one({"_id": organization_id}))


def find_holder(slug: str) -> OrganizationDocument | None:
    """Return the organization that has the slug or is moving to it."""
    return _typed(database.collection("organizations").find_one({"slugs": slug}))


def find_intents(older_than: timedelta) -> Iterator[OrganizationDocument]:
    """Return the organizations whose intent is older than a while, oldest first."""
    due = {"intent.created_at": {"$lt": database.now() - older_than}}
    found = database.collection("organizations").find(due).sort("intent.created_at", 1)
    yield from found


def replace(
    current: OrganizationDocument, changes: dict[str, Any], session: ClientSession | None = None
) -> OrganizationDocument | None:
    """Change an organization by compare-and-set on its version and state; the version grows by one.

    Parameters
    ----------
    current : OrganizationDocument
        The organization as it was read.
    changes : dict
        Fields to set.
    session : ClientSession, optional
        Of the transaction that the change belongs to, which an error aborts.

    Returns
    -------
    OrganizationDocument or None
        The organization after the change, or None if it was not as `current` any more: nothing changed.

    Raises
    ------
    OrganizationExists
        The change reserves a slug that another organization holds; nothing changed.
    """
    expected = {"_id": current["_id"], "version": current["version"], "state": current["state"]}
    try:
        return _typed(
            database.collection("organizations").find_one_and_update(
                expected,
                {"$set": changes | {"version": current["version"] + 1}},
                return_document=ReturnDocument.AFTER,
                session=session,
            )
        )
    except DuplicateKeyError:
        raise OrganizationExists from None


def activate(organization_id: str) -> None:
    """Make an organization active whose collection has been created; its version stays."""
    database.collection("organizations").update_one(
        {"_id": organization_id, "state": "creating"}, {"$set": {"state": "active", "intent": None}}
    )


def suspend(organization_id: str, session: ClientSession) -> bool:
    """Suspend an organization within a transaction; tell whether it was there and not suspended."""
    suspended = database.collection("organizations").update_one(
        {"_id": organization_id, "suspended_at": None},
        {"$set": {"suspended_at": database.now()}},
        session=session,
    )
    return suspended.matched_count == 1


def reactivate(organization_id: str, session: ClientSession) -> bool:
    """End an organization's suspension within a transaction; tell whether it was there and suspended."""
    reactivated = database.collection("organizations").update_one(
        {"_id": organization_id, "suspended_at": {"$ne": None}},
        {"$unset": {"suspended_at": ""}},
        session=session,
    )
    return reactivated.matched_count == 1


def take_lease(current: OrganizationDocument, duration: timedelta) -> OrganizationDocument | None:
    """Take over the lease of an intent that nobody is at; the version stays, for the content does.

    The command of the holder before may be on its way, so the name that it leaves is vacated from here on.

    Returns
    -------
    OrganizationDocument or None
        The organization with the lease, or None if another process has it or the intent is completed.
    """
    now = database.now()
    free = {"_id": current["_id"], "version": current["version"], "intent.leased_until": {"$lt": now}}
    left: Vacated = {"collection": current["collection"], "until": now + LATE_DELIVERY}
    others = [
        one
        for one in current.get("vacated", [])
        if one["until"] > now and one["collection"] != left["collection"]
    ]
    taken = {"intent.leased_until": now + duration, "vacated": [*others, left]}
    return _typed(
        database.collection("organizations").find_one_and_update(
            free, {"$set": taken}, return_document=ReturnDocument.AFTER
        )
    )


def vacated_until(organization: OrganizationDocument, collection: str) -> datetime | None:
    """Return when the organization may return to a collection's name that it has left; None: at any time."""
    now = database.now()
    for left in organization.get("vacated", []):
        if left["collection"] == collection and left["until"] > now:
            return left["until"]
    return None


def remove(current: OrganizationDocument, session: ClientSession) -> OrganizationDocument | None:
    """Remove an organization that is still at this version; return it, or None if it was not there."""
    expected = {"_id": current["_id"], "version": current["version"]}
    return _typed(database.collection("organizations").find_one_and_delete(expected, session=session))


def _typed(document: database.Document | None) -> OrganizationDocument | None:
    return document  # type: ignore[return-value]  # this module alone writes them
