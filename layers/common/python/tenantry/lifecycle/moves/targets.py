"""Making the place that an organization's documents are moved to."""

from functools import partial
from typing import Final

import pymongo
from pymongo.errors import DuplicateKeyError, OperationFailure

from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.moves import indexes, records
from tenantry.lifecycle.moves.errors import MoveImpossible
from tenantry.lifecycle.moves.records import MoveDocument, open_side, place_at
from tenantry.storage import barrier, collections

INDEXING_SECONDS: Final = 20  # shorter than the lease; an index of a pool reads all of its documents


def prepare(move: MoveDocument) -> None:
    """Create what is missing at the target, and wait until nothing of an earlier holder can arrive there.

    Raises
    ------
    ServiceUnavailable
        A collection that no organization owns has the name, or a transaction of an earlier holder is still
        open; nothing was copied.
    TooManyIndexes, MoveImpossible
        The target cannot have the organization's indexes.
    MoveLost
        Another process holds the move, or the move is over.
    """
    target = move["target"]
    place = place_at(target)
    try:
        uuid = open_side(target, move["_id"]).prepare(partial(records.verify_holder, move, place.cluster))
    except collections.CollectionExists:
        collections.log_stray(place)
        raise ServiceUnavailable from None
    records.save(move, {"target": target | {"uuid": uuid}})
    # An earlier holder looks up who holds the move before it commits. The barrier lets nothing be committed
    # later that was looked up before.
    if not barrier.wait(place):
        raise ServiceUnavailable
    try:
        with pymongo.timeout(INDEXING_SECONDS):
            indexes.make_equal(move)
    except OperationFailure as error:
        if error.timeout or isinstance(error, DuplicateKeyError):
            raise
        raise MoveImpossible("MongoDB refuses an index at the target") from error
