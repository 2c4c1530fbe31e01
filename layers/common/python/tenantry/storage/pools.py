"""Pools: collections that many organizations share."""

from collections.abc import Collection
from typing import Final

from pymongo.client_session import ClientSession

from tenantry.errors import CapacityExhausted
from tenantry.registry import clusters, deletions
from tenantry.registry.organizations.document import Place, organizations, place_of
from tenantry.runtime import mongodb
from tenantry.storage import collections
from tenantry.storage.pooled.ids import TENANT
from tenantry.storage.pooled.indexes import POOL_INDEXES, PooledIndexes

NAMESPACES: Final = 2 + len(POOL_INDEXES)  # the collection and its index on _id besides


def create(cluster: str, name: str) -> None:
    """Create a pool on a registered cluster where it is missing, and let organizations be placed in it.

    Parameters
    ----------
    cluster : str
        Where.
    name : str
        What the collection is called.

    Raises
    ------
    CapacityExhausted
        The cluster has no room for it; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    # A pool is registered first, so an organization may be placed in it before its index is there.
    if not clusters.add_pool(cluster, name, NAMESPACES):
        raise CapacityExhausted
    collections.at(Place(cluster, "pooled", name)).create_indexes(POOL_INDEXES)


def drop_orphaned_indexes() -> None:
    """Drop the indexes of organizations that are not in the pool any more.

    The command that creates an index may arrive when its organization is erased or moved elsewhere.
    """
    for cluster in clusters.find_all():
        for name in cluster["pools"]:
            place = Place(cluster["_id"], "pooled", name)
            pool = collections.at(place)
            holders = {index.get("partialFilterExpression", {}).get(TENANT) for index in pool.list_indexes()}
            for holder in holders - {None} - _at_home(holders, place):
                PooledIndexes(pool, holder).drop_all()


@mongodb.in_transaction
def _at_home(session: ClientSession, holders: Collection[str], place: Place) -> set[str]:
    """Return those of some organizations that are in a pool, may be moving to it, or are set aside there.

    It looks at one moment, so that none is missed that is deleted or brought back meanwhile.
    """
    among = {"_id": {"$in": list(holders)}}
    present = organizations().find(among, session=session)
    at_home = {
        organization["_id"]
        for organization in present
        if organization.get("move") or place_of(organization) == place
    }
    kept = deletions.deletions().find(among, session=session)
    return at_home | {deletion["_id"] for deletion in kept if deletions.place_of(deletion) == place}
