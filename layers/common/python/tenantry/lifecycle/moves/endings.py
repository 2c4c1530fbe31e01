"""The end of a move: by its switch or before it, and once nothing is left of it any more."""

from datetime import datetime

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.lifecycle.idempotency import KEPT_FOR
from tenantry.lifecycle.moves import records
from tenantry.lifecycle.moves.errors import MoveLost
from tenantry.lifecycle.moves.records import MoveDocument, Side, check, mine, moves, place_at
from tenantry.registry import clusters
from tenantry.registry.organizations import moving
from tenantry.runtime import moments, mongodb
from tenantry.runtime.mongodb import Document


@mongodb.in_transaction
def switch(session: ClientSession, move: MoveDocument, until: datetime) -> MoveDocument:
    """Let the target be the place of the organization's documents; what is at the source is left.

    Parameters
    ----------
    move : MoveDocument
        The move, which has compared all documents.
    until : datetime
        The pause that the organization is in.

    Raises
    ------
    MoveLost
        The move is another's by now, or over, or the pause is; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; `find` tells.
    """
    target = place_at(move["target"])
    before = moving.switch(move["_id"], until, target, move["namespaces"], session)
    if before is None:
        raise MoveLost
    if target.cluster != move["source"]["cluster"]:
        moving.remember(move["_id"], move["source"]["cluster"], moments.now() + KEPT_FOR, session)
    details = {"from": _shown(move["source"]), "to": _shown(move["target"])}
    recording.record("organization.moved", [move["_id"]], session, details)
    return _leave(mine(move), move["source"], before.get("namespaces", 0), session)


@mongodb.in_transaction
def cancel(session: ClientSession, organization_id: str) -> MoveDocument | None:
    """End a move before its switch, and return it, or None if there is none; its target is left."""
    move = records.find(organization_id, session)
    if move is None or move["phase"] == "cleaning":
        return move
    present = {"_id": organization_id, "move_id": move["move_id"]}
    return _leave(present, move["target"], move["namespaces"], session)


def _leave(expected: Document, left: Side, namespaces: int, session: ClientSession) -> MoveDocument:
    """Let a move be over but for what is left; a collection stands in the way of renames until it is gone."""
    changes = {
        "phase": "cleaning",
        "left": left,
        "namespaces": namespaces,
        "holder": None,
        "progressed_at": moments.now(),
    }
    updated = moves().update_one(expected, {"$set": changes}, session=session)
    found = records.find(expected["_id"], session)
    if updated.matched_count == 0 or found is None:
        raise MoveLost
    if left["kind"] == "pooled":
        moving.end(found["_id"], found["move_id"], session)
    return found


def _shown(side: Side) -> Document:
    return {"cluster": side["cluster"], "kind": side["kind"]}


def verify_left(move: MoveDocument) -> None:
    """Check that what a move has left is still to be removed, before the removal is committed.

    Raises
    ------
    MoveLost
        Another has removed all of it.
    """
    assert move["left"] is not None, "the phase cleaning has it"  # noqa: S101
    check({"_id": move["_id"], "move_id": move["move_id"]}, move["left"]["cluster"])


@mongodb.in_transaction
def finish(session: ClientSession, move: MoveDocument) -> None:
    """Forget a move that has left nothing any more; doing it twice changes nothing."""
    over = {"_id": move["_id"], "move_id": move["move_id"]}
    if moves().delete_one(over, session=session).deleted_count == 1 and move["left"] is not None:
        clusters.release(move["left"]["cluster"], move["namespaces"], session)
        moving.end(move["_id"], move["move_id"], session)
