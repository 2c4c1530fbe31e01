"""Removing what a move has left: at its source after the switch, or at its target if it was cancelled.

Anybody may do it, and several at once. Documents are removed from a pool in transactions that are taken back
once the move is over, so that none can hit what a later move brings there.
"""

from collections.abc import Callable
from functools import partial

from tenantry.lifecycle.moves import endings, records
from tenantry.lifecycle.moves.errors import MoveLost
from tenantry.lifecycle.moves.records import MoveDocument
from tenantry.runtime.observability import logger
from tenantry.storage import collections


def clean(move: MoveDocument, check_time: Callable[[], None]) -> None:
    """Remove what a move has left, and forget the move; doing it twice changes nothing.

    Parameters
    ----------
    move : MoveDocument
        In the phase cleaning.
    check_time : callable
        Asked again and again; what it raises ends the work, which goes on from there the next time.

    Raises
    ------
    ServiceUnavailable
        A transaction is still open that may have written there; try again.
    """
    left = move["left"]
    assert left is not None, "the phase cleaning has it"  # noqa: S101

    def advance() -> None:
        records.progressed(move)
        check_time()

    try:
        records.open_side(left, move["_id"]).remove(partial(endings.verify_left, move), advance)
    except MoveLost:
        return  # another has done it
    except collections.CollectionElsewhere:
        logger.error("A collection was renamed that a move has left", collection=left["collection"])
    endings.finish(move)


def clean_all() -> list[str]:
    """Remove what moves have left, and return the organizations; raises as `clean` does."""
    left = [move for move in records.find_all() if move["phase"] == "cleaning"]
    for move in left:
        clean(move, lambda: None)
    return [move["_id"] for move in left]


def make_way(organization_id: str) -> None:
    """End a move, so that its organization can be deleted; what a pool holds is left to whoever moves."""
    move = endings.cancel(organization_id)
    if move is not None and move["left"] is not None and move["left"]["kind"] == "collection":
        clean(move, lambda: None)
