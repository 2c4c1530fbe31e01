"""Documents of the master collection `moves`: where each move stands, and what it has to remove at its end.

A move has one holder at a time, by a lease. Whatever it commits to the target it commits only as long as its
document names it. The organization points to its move while that stands in the way of renaming it.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypedDict
from uuid import UUID

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from tenantry.errors import CapacityExhausted
from tenantry.lifecycle.moves.errors import MoveLost, MoveRefused
from tenantry.registry import clusters
from tenantry.registry.organizations import moving
from tenantry.registry.organizations.document import (
    Kind,
    OrganizationDocument,
    Place,
    place_of,
)
from tenantry.runtime import ids, moments, mongodb
from tenantry.runtime.mongodb import Document
from tenantry.storage.opening import open_place
from tenantry.storage.raw.encoding import DocumentId
from tenantry.storage.tenant_storage import TenantStorage

LEASE: Final = timedelta(seconds=30)
PAUSE_LEASE: Final = timedelta(seconds=5)  # many times what a pause takes

Phase = Literal["copying", "comparing", "cleaning"]


class Side(TypedDict):
    """Where documents are; `uuid` identifies the collection if it is the organization's own and is known."""

    cluster: str
    kind: Kind
    collection: str
    uuid: UUID | None


class MoveDocument(TypedDict):
    """A move as it is stored; `_id` is the organization's.

    In the phases copying and comparing, the documents up to `after` are copied or compared, as they were at
    `resume_token` or later; `done` is their tally. In the phase cleaning, what is at `leftover` is to be
    removed. `namespaces` are reserved besides those of the organization: on the cluster of the target, or of
    the leftover. `progressed_at` is when the move last came closer to its end; keeping the lease does not
    count.
    """

    _id: str
    move_id: str
    phase: Phase
    source: Side
    target: Side
    leftover: Side | None
    namespaces: int
    after: DocumentId | None
    resume_token: Document | None
    done: Document
    holder: str | None
    leased_until: datetime
    started_at: datetime
    progressed_at: datetime


def moves() -> Collection[MoveDocument]:
    """Return the master's collection of moves."""
    return mongodb.collection("moves")


def place_at(side: Side) -> Place:
    """Return the place of a side."""
    return Place(side["cluster"], side["kind"], side["collection"])


def open_side(side: Side, organization_id: str) -> TenantStorage:
    """Return what the organization of a move has at a side of it."""
    return open_place(place_at(side), organization_id, side["uuid"])


def find(organization_id: str, session: ClientSession | None = None) -> MoveDocument | None:
    """Return the move of an organization, if there is one."""
    return moves().find_one({"_id": organization_id}, session=session)


def find_all() -> list[MoveDocument]:
    """Return all moves."""
    return list(moves().find())


def begin(organization: OrganizationDocument, uuid: UUID | None, target: Place, holder: str) -> MoveDocument:
    """Note that an organization is being moved, and reserve what its target takes.

    Parameters
    ----------
    organization : OrganizationDocument
        As it was read, active.
    uuid : UUID or None
        Identity of its collection, if that is its own.
    target : Place
        Where to.
    holder : str
        Who moves it.

    Raises
    ------
    MoveRefused
        It is being moved already, or was changed a moment ago; nothing changed.
    CapacityExhausted
        The cluster has no room for it; nothing changed.
    """
    source = place_of(organization)
    now = moments.now()
    move: MoveDocument = {
        "_id": organization["_id"],
        "move_id": ids.random_id("move"),
        "phase": "copying",
        "source": _side(source, uuid),
        "target": _side(target, None),
        "leftover": None,
        "namespaces": _namespaces(organization, target),
        "after": None,
        "resume_token": None,
        "done": {},
        "holder": holder,
        "leased_until": now + LEASE,
        "started_at": now,
        "progressed_at": now,
    }
    _insert(organization, move)
    return move


@mongodb.in_transaction
def _insert(session: ClientSession, organization: OrganizationDocument, move: MoveDocument) -> None:
    if not moving.begin(organization, move["move_id"], session):
        raise MoveRefused("The organization is being moved, or was changed a moment ago; try again")
    try:
        moves().insert_one(move, session=session)
    except DuplicateKeyError:
        raise MoveRefused("What another move has left is not removed yet; try again") from None
    if not clusters.reserve(move["target"]["cluster"], move["namespaces"], session):
        raise CapacityExhausted


def _side(place: Place, uuid: UUID | None) -> Side:
    return {"cluster": place.cluster, "kind": place.kind, "collection": place.collection, "uuid": uuid}


def _namespaces(organization: OrganizationDocument, target: Place) -> int:
    """Return how many collections and indexes the organization takes at the target."""
    source = place_of(organization)
    if not organization.get("rollouts"):
        return organization.get("namespaces", 0) - source.initial_namespaces + target.initial_namespaces
    # The tenants of a pool share the indexes of roll-outs, which are reserved for all of them together.
    wanted, shared = _index_names(source, organization), _index_names(target, organization)
    if target.kind == "collection":
        shared = set()
    return target.initial_namespaces + len(wanted - shared)


def _index_names(place: Place, organization: OrganizationDocument) -> set[str]:
    """Return the names of the indexes that an organization has at a place, or finds there."""
    indexes = open_place(place, organization["_id"]).documents.list_indexes()
    return {index["name"] for index in indexes} - {"_id_"}


def take(organization_id: str, holder: str) -> MoveDocument | None:
    """Become the holder of a move that has none; return the move, or None if there is no such move."""
    now = moments.now()
    free = {
        "_id": organization_id,
        "phase": {"$ne": "cleaning"},
        "$or": [{"holder": None}, {"leased_until": {"$lt": now}}],
    }
    taken = {"holder": holder, "leased_until": now + LEASE}
    return moves().find_one_and_update(free, {"$set": taken}, return_document=ReturnDocument.AFTER)


def verify_holder(move: MoveDocument, cluster: str) -> None:
    """Check that a holder who is about to commit a transaction on a cluster still holds the move.

    Raises
    ------
    MoveLost
        Another process holds it, or it is over.
    """
    verify_present(by_holder(move), cluster)


def verify_present(expected: Document, cluster: str) -> None:
    """Check that there is a move as expected, before a transaction on a cluster is committed.

    Raises
    ------
    MoveLost
        There is none.
    """
    if clusters.read_to_commit(moves(), cluster).find_one(expected, {"_id": 1}) is None:
        raise MoveLost


def save(move: MoveDocument, progress: dict[str, Any]) -> None:
    """Note how far a move is, and keep its lease.

    Parameters
    ----------
    move : MoveDocument
        Held by this process.
    progress : dict
        Fields that change; the move has come closer to its end if `after` is among them.

    Raises
    ------
    MoveLost
        Another process holds it, or it is over; nothing changed.
    """
    now = moments.now()
    kept = progress | {"leased_until": now + LEASE} | ({"progressed_at": now} if "after" in progress else {})
    if moves().update_one(by_holder(move), {"$set": kept}).matched_count != 1:
        raise MoveLost
    move.update(kept)  # type: ignore[typeddict-item]


def progressed(move: MoveDocument) -> None:
    """Note that a part of a move's leftover is removed."""
    moves().update_one(by_id(move), {"$set": {"progressed_at": moments.now()}})


def release(move: MoveDocument) -> None:
    """Let another take the move, at once."""
    moves().update_one(by_holder(move), {"$set": {"holder": None}})


def by_id(move: MoveDocument) -> Document:
    """Return the filter of a move, whoever holds it."""
    return {"_id": move["_id"], "move_id": move["move_id"]}


def by_holder(move: MoveDocument) -> Document:
    """Return the filter of a move as long as its holder holds it."""
    return by_id(move) | {"holder": move["holder"]}
