"""Pools: collections that many organizations share."""

from tenantry import clusters
from tenantry.errors import CapacityExhausted
from tenantry.tenants.pooled import POOL_INDEXES

NAMESPACES = 2 + len(POOL_INDEXES)  # the collection and its index on _id besides


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
    # An organization may be placed in it before it is there, and finds it without its index at worst.
    if not clusters.add_pool(cluster, name, NAMESPACES):
        raise CapacityExhausted
    clusters.tenant_database(cluster)[name].create_indexes(POOL_INDEXES)
