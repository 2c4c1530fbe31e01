"""The switch: a short pause in which the last changes are copied, and then the target is the place.

Nobody may use the documents during the pause. A barrier at the source waits for the transactions that had
begun before, and leaves an event that follows all of theirs; once that has been seen, nothing more comes.
"""

import time
from typing import Final

import pymongo
from pymongo.errors import PyMongoError

from tenantry.lifecycle.moves import endings, indexes, records
from tenantry.lifecycle.moves.copying import Copy
from tenantry.lifecycle.moves.errors import MoveLost
from tenantry.lifecycle.moves.records import PAUSE_LEASE, MoveDocument, place_at
from tenantry.registry import clusters
from tenantry.registry.organizations import moving
from tenantry.runtime import moments
from tenantry.storage import barrier

PAUSE_SECONDS: Final = 0.8


class TooLong(Exception):
    """The pause would have taken too long; nothing changed, and the source stays in use."""


def switch(move: MoveDocument, copy: Copy) -> tuple[MoveDocument, float]:
    """Pause an organization, and let it use the target from then on.

    Returns
    -------
    tuple of MoveDocument and float
        The move, whose leftover is the source now, and how many seconds the pause took.

    Raises
    ------
    TooLong
        Try again later.
    MoveLost
        Another process holds the move, or the move is over.
    pymongo.errors.PyMongoError
        Outcome unknown: the organization uses one of the two places once the pause has run out.
    """
    until = moments.now() + PAUSE_LEASE
    if not moving.pause(move["_id"], move["move_id"], until):
        raise TooLong
    began = time.monotonic()
    try:
        with pymongo.timeout(PAUSE_SECONDS):
            _complete(move, copy, began + PAUSE_SECONDS)
            switched = endings.switch(move, until)
    except (TooLong, MoveLost, PyMongoError):
        moving.resume(move["_id"], until)  # waits for a switch whose outcome is unknown
        present = records.find(move["_id"])
        if present is None or present["leftover"] != move["source"]:
            records.verify_holder(move, clusters.MAIN)
            raise TooLong from None
        switched = present
    return switched, time.monotonic() - began


def _complete(move: MoveDocument, copy: Copy, end: float) -> None:
    """Copy and compare all that was changed before the pause."""
    paused_at = copy.source.operation_time()
    if not barrier.wait(place_at(move["source"])):
        raise TooLong
    while copy.changes.barrier <= paused_at or copy.pending:
        if time.monotonic() > end:
            raise TooLong
        copy.follow()
    if any(indexes.difference(move)):
        raise TooLong
