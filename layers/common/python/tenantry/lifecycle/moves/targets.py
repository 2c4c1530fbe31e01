"""Making the place that an organization's documents are moved to."""

from typing import Final

import pymongo
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError, OperationFailure

from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.moves import indexes, records
from tenantry.lifecycle.moves.errors import MoveImpossible
from tenantry.lifecycle.moves.records import MoveDocument, Side, place_at
from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger
from tenantry.storage import collections, pools

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
        The move is another's by now, or over.
    """
    place = place_at(move["target"])
    if place.kind == "pooled":
        pools.create(place.cluster, place.collection)  # nothing happens if it is there
    elif move["target"]["uuid"] is None:
        records.save(move, {"target": _created(move, place)})
    # Whoever wrote before it had looked whose the move is; whoever writes afterwards has to look afterwards.
    if not collections.barrier(place):
        raise ServiceUnavailable
    try:
        with pymongo.timeout(INDEXING_SECONDS):
            indexes.make_equal(move["source"], move["target"], move["_id"])
    except OperationFailure as error:
        if error.timeout or isinstance(error, DuplicateKeyError):
            raise
        raise MoveImpossible("MongoDB refuses an index at the target") from error


def _created(move: MoveDocument, place: Place) -> Side:
    """Create the collection, or take the empty one that an earlier holder has created."""

    def attempt(session: ClientSession) -> None:
        collections.create(place, session)
        records.verify(move, place.cluster)

    try:
        mongodb.run_transaction(attempt, on=clusters.cluster_client(place.cluster))
    except collections.CollectionExists:
        if not collections.is_pristine(place):
            logger.error(
                "A collection exists that no organization owns",
                cluster=place.cluster,
                collection=place.collection,
            )
            raise ServiceUnavailable from None
    return move["target"] | {"uuid": collections.collection_uuid(place)}
