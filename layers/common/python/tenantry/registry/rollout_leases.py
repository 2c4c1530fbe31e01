"""Which process works on a roll-out: one at a time, until it lets go or has not been heard of for a while."""

from datetime import timedelta
from typing import Final

from pymongo import ReturnDocument

from tenantry.registry.rollouts import RolloutDocument, State, rollouts
from tenantry.runtime import moments
from tenantry.runtime.mongodb import Document

LEASE: Final = timedelta(seconds=30)


def take(name: str, holder: str, states: tuple[State, ...]) -> RolloutDocument | None:
    """Become the holder of a roll-out that has none; None if it has one or is in another state."""
    now = moments.now()
    free = {
        "_id": name,
        "state": {"$in": list(states)},
        "$or": [{"holder": None}, {"leased_until": {"$lt": now}}],
    }
    taken = {"$set": {"holder": holder, "leased_until": now + LEASE}}
    return rollouts().find_one_and_update(free, taken, return_document=ReturnDocument.AFTER)


def keep(name: str, holder: str, progress: Document | None = None) -> bool:
    """Renew the lease of a roll-out's holder; tell whether it still has it."""
    kept = {"$set": (progress or {}) | {"leased_until": moments.now() + LEASE}}
    return rollouts().update_one({"_id": name, "holder": holder}, kept).matched_count == 1


def release(name: str, holder: str) -> None:
    """Let another process take a roll-out, at once."""
    rollouts().update_one({"_id": name, "holder": holder}, {"$set": {"holder": None}})


def is_held(name: str, holder: str, states: tuple[State, ...]) -> bool:
    """Tell whether a process holds a roll-out, which is in one of some states."""
    expected = {"_id": name, "holder": holder, "state": {"$in": list(states)}}
    return rollouts().find_one(expected, {"_id": 1}) is not None
