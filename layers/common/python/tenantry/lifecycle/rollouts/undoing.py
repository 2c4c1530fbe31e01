"""Taking back in one organization what a roll-out has made there; doing it twice changes nothing."""

from collections.abc import Iterator

import pymongo
from pymongo.errors import OperationFailure

from tenantry.lifecycle.rollouts import own, shapes
from tenantry.lifecycle.rollouts.tenant import Outcome
from tenantry.registry.organizations import rolled_out
from tenantry.registry.organizations.document import is_pooled, place_of
from tenantry.registry.organizations.rolled_out import Begun, Busy
from tenantry.registry.rollouts import RolloutDocument
from tenantry.runtime import server_errors
from tenantry.storage import collections, information, validation
from tenantry.storage.collections import CollectionElsewhere
from tenantry.storage.pooled.share import PoolShare
from tenantry.storage.tenant_storage import TenantIndexes


def undo(rollout: RolloutDocument, organization_id: str, seconds: float) -> Outcome:
    """Take back in one organization what a roll-out has made, and nothing else.

    An index that the organization had before stays. The validator that was there before comes back, unless
    somebody has set another one since.

    Raises
    ------
    pymongo.errors.PyMongoError
        Repeat it.
    """
    try:
        with pymongo.timeout(seconds):
            _undo(rollout, organization_id)
    except (Busy, CollectionElsewhere):
        return "busy"
    return "done"


def _undo(rollout: RolloutDocument, organization_id: str) -> None:
    current = own.settled(organization_id, rollout["_id"])
    begun = rolled_out.begin_undoing(current, rollout["_id"])
    dropped = 0
    try:
        for number in _changes(rollout, begun):
            dropped += number
    except CollectionElsewhere:
        rolled_out.give_back(begun, dropped)
        raise
    rolled_out.end_undoing(begun, dropped)


def _changes(rollout: RolloutDocument, begun: Begun) -> Iterator[int]:
    """Drop what was made; yield for each index whether it was there."""
    made, place = begun.note["made"] or [], place_of(begun.organization)
    if is_pooled(begun.organization):
        # All tenants of the pool share it, unless the organization has brought it along from elsewhere.
        indexes = PoolShare(place, begun.organization["_id"]).indexes
        yield from (_drop(indexes, name) for name in made)
        return
    collection, validator = own.opened(begun), rollout["definition"]["validator"]
    yield from (_drop(collection.indexes, name) for name in made)
    if validator and begun.note["before"] is not None:
        present = validation.of(information.options(place))
        if present == shapes.validation(validator):
            collections.validate(place, collection.uuid, validation.parse(begun.note["before"]))


def _drop(indexes: TenantIndexes, name: str) -> int:
    try:
        indexes.drop(name)
    except OperationFailure as error:
        if error.code != server_errors.INDEX_NOT_FOUND:
            raise
        return 0
    return 1
