"""The indexes of a roll-out in pools, where all tenants share each of them."""

from pymongo.client_session import ClientSession

from tenantry.errors import CapacityExhausted
from tenantry.lifecycle.rollouts import shapes
from tenantry.registry import clusters, rollouts
from tenantry.registry.organizations.document import Place
from tenantry.registry.rollouts import PoolDocument, RolloutDocument
from tenantry.runtime import mongodb
from tenantry.storage.pooled import shared_indexes


def ensure(rollout: RolloutDocument, place: Place) -> None:
    """Give a pool the indexes of a roll-out; doing it twice changes nothing.

    Raises
    ------
    CapacityExhausted, TooManyIndexes
        There is no room for them.
    pymongo.errors.PyMongoError
        Not all may be there; repeat it.
    """
    pool: PoolDocument = {"cluster": place.cluster, "pool": place.collection}
    _reserve(rollout, pool)
    for index in shapes.models(rollout["definition"]):
        shared_indexes.create(place, index)


@mongodb.in_transaction
def _reserve(session: ClientSession, rollout: RolloutDocument, pool: PoolDocument) -> None:
    lacking = {"_id": rollout["_id"], "pools": {"$ne": pool}}
    added = rollouts.rollouts().update_one(lacking, {"$push": {"pools": pool}}, session=session)
    number = len(rollouts.index_names(rollout["definition"]))
    if added.matched_count and not clusters.reserve(pool["cluster"], number, session):
        raise CapacityExhausted


def drop(rollout: RolloutDocument, pool: PoolDocument) -> None:
    """Drop the indexes of a roll-out from a pool; doing it twice changes nothing."""
    place = Place(pool["cluster"], "pooled", pool["pool"])
    for name in rollouts.index_names(rollout["definition"]):
        shared_indexes.drop(place, name)
    _release(rollout, pool)


@mongodb.in_transaction
def _release(session: ClientSession, rollout: RolloutDocument, pool: PoolDocument) -> None:
    having = {"_id": rollout["_id"], "pools": pool}
    removed = rollouts.rollouts().update_one(having, {"$pull": {"pools": pool}}, session=session)
    if removed.matched_count:
        clusters.release(pool["cluster"], len(rollouts.index_names(rollout["definition"])), session)
