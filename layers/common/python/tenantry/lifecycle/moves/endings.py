"""The end of a move, by its switch or by cancelling it, and the removal of its record at last."""

from datetime import datetime

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.lifecycle.idempotency import KEPT_FOR
from tenantry.lifecycle.moves import records
from tenantry.lifecycle.moves.errors import MoveLost
from tenantry.lifecycle.moves.records import MoveDocument, Side, by_holder, by_id, moves, place_at
from tenantry.registry import clusters
from tenantry.registry.organizations import moving
from tenantry.runtime import moments, mongodb
from tenantry.runtime.mongodb import Document


@mongodb.in_transaction
def switch(session: ClientSession, move: MoveDocument, until: datetime) -> MoveDocument:
    """Let the target be the place of the organization's documents; the source is the leftover.

    Parameters
    ----------
    move : MoveDocument
        The move, which has compared all documents.
    until : datetime
        The pause that the organization is in.

    Raises
    ------
    MoveLost
        Another process holds the move, or the move or the pause is over; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; `records.find` tells.
    """
    target = place_at(move["target"])
    before = moving.switch(move["_id"], until, target, move["namespaces"], session)
    if before is None:
        raise MoveLost
    if target.cluster != move["source"]["cluster"]:
        moving.remember(move["_id"], move["source"]["cluster"], moments.now() + KEPT_FOR, session)
    details = {"from": _shown(move["source"]), "to": _shown(move["target"])}
    recording.record("organization.moved", [move["_id"]], session, details)
    return _begin_cleaning(by_holder(move), move["source"], before.get("namespaces", 0), session)


@mongodb.in_transaction
def cancel(session: ClientSession, organization_id: str) -> MoveDocument | None:
    """End a move before its switch, with the target as its leftover; return it, or None if there is none."""
    move = records.find(organization_id, session)
    if move is None or move["phase"] == "cleaning":
        return move
    return _begin_cleaning(by_id(move), move["target"], move["namespaces"], session)


def _begin_cleaning(
    expected: Document, leftover: Side, namespaces: int, session: ClientSession
) -> MoveDocument:
    """End a move but for its leftover; until a collection is removed, the organization cannot be renamed."""
    changes = {
        "phase": "cleaning",
        "leftover": leftover,
        "namespaces": namespaces,
        "holder": None,
        "progressed_at": moments.now(),
    }
    updated = moves().update_one(expected, {"$set": changes}, session=session)
    move = records.find(expected["_id"], session)
    if updated.matched_count == 0 or move is None:
        raise MoveLost
    if leftover["kind"] == "pooled":
        moving.end(move["_id"], move["move_id"], session)
    return move


def _shown(side: Side) -> Document:
    return {"cluster": side["cluster"], "kind": side["kind"]}


def verify_leftover(move: MoveDocument) -> None:
    """Check that a move's leftover is still to be removed, before the removal is committed.

    Raises
    ------
    MoveLost
        Another process has removed all of it.
    """
    assert move["leftover"] is not None, "a move in the phase cleaning has a leftover"  # noqa: S101
    records.verify_present(by_id(move), move["leftover"]["cluster"])


@mongodb.in_transaction
def remove(session: ClientSession, move: MoveDocument) -> None:
    """Remove the record of a move whose leftover is removed; doing it twice changes nothing."""
    is_removed = moves().delete_one(by_id(move), session=session).deleted_count == 1
    if is_removed and move["leftover"] is not None:
        clusters.release(move["leftover"]["cluster"], move["namespaces"], session)
        moving.end(move["_id"], move["move_id"], session)
