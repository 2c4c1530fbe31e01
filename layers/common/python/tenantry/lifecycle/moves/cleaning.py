"""Removing the leftover of a move: its source after the switch, or its target if it was cancelled.

Any process may do it, and several at once. Documents are removed from a pool in transactions that are taken
back once the move is over, so that none can hit what a later move brings there.
"""

from collections.abc import Callable
from functools import partial

from tenantry.lifecycle.moves import endings, records
from tenantry.lifecycle.moves.errors import MoveLost
from tenantry.lifecycle.moves.records import MoveDocument
from tenantry.runtime.observability import logger
from tenantry.storage import collections


def remove_leftover(move: MoveDocument, check_time: Callable[[], None]) -> None:
    """Remove a move's leftover and then its record; doing it twice changes nothing.

    Parameters
    ----------
    move : MoveDocument
        In the phase cleaning.
    check_time : callable
        Called again and again; what it raises ends the work, which the next call continues from there.

    Raises
    ------
    ServiceUnavailable
        A transaction is still open that may have written there; try again.
    """
    leftover = move["leftover"]
    assert leftover is not None, "a move in the phase cleaning has a leftover"  # noqa: S101

    def advance() -> None:
        records.progressed(move)
        check_time()

    try:
        records.open_side(leftover, move["_id"]).remove(partial(endings.verify_leftover, move), advance)
    except MoveLost:
        return  # another process has removed it
    except collections.CollectionElsewhere:
        logger.error("A collection was renamed that a move has left", collection=leftover["collection"])
    endings.remove(move)


def remove_leftovers() -> list[str]:
    """Remove the leftovers of all moves, and return the organizations; raises as `remove_leftover` does."""
    over = [move for move in records.find_all() if move["phase"] == "cleaning"]
    for move in over:
        remove_leftover(move, lambda: None)
    return [move["_id"] for move in over]


def end_move(organization_id: str) -> None:
    """End a move, so that its organization can be deleted; a leftover in a pool is removed by later runs."""
    move = endings.cancel(organization_id)
    if move is not None and move["leftover"] is not None and move["leftover"]["kind"] == "collection":
        remove_leftover(move, lambda: None)
