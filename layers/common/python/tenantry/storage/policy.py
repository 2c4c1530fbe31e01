"""On which cluster or in which pool the next organization is placed."""

import secrets
from typing import Final

from tenantry.errors import CapacityExhausted
from tenantry.registry import clusters
from tenantry.registry.clusters import MAIN, ClusterDocument
from tenantry.registry.organizations.document import OWN_NAMESPACES, Kind
from tenantry.runtime.observability import logger

WARNING_PERCENT: Final = 80  # of what a cluster takes


class ClusterFull(Exception):
    """The cluster that was chosen has no room any more; choose again."""


def choose_cluster(namespaces: int = OWN_NAMESPACES) -> str:
    """Return the first registered cluster that has room for so many collections and indexes.

    Raises
    ------
    CapacityExhausted
        None has.
    """
    for cluster in _registered():
        if cluster["namespaces"] + namespaces <= cluster["limit"]:
            return cluster["_id"]
    raise _exhausted("collection")


def choose_pool() -> tuple[str, str]:
    """Return cluster and name of one of all pools, each as likely as the others.

    Raises
    ------
    CapacityExhausted
        There is none.
    """
    pools = [(cluster["_id"], pool) for cluster in _registered() for pool in cluster["pools"]]
    if not pools:
        raise _exhausted("pooled")
    return secrets.choice(pools)


def percent_used() -> tuple[float, dict[str, float]]:
    """Return how much of what clusters take is reserved; warn of each that is nearly full.

    Returns
    -------
    float
        Percent of the collections and indexes that all clusters together take.
    dict of str to float
        Percent of those that each cluster takes, by its name.
    """
    registered = clusters.find_all()
    for cluster in registered:
        if 100 * cluster["namespaces"] >= WARNING_PERCENT * cluster["limit"]:
            logger.warning(
                "A cluster is nearly full",
                cluster=cluster["_id"],
                namespaces=cluster["namespaces"],
                limit=cluster["limit"],
            )
    together = _percent(
        sum(each["namespaces"] for each in registered), sum(each["limit"] for each in registered)
    )
    return together, {each["_id"]: _percent(each["namespaces"], each["limit"]) for each in registered}


def _percent(namespaces: int, limit: int) -> float:
    return 100 * namespaces / limit if limit else 0


def _registered() -> list[ClusterDocument]:
    registered = clusters.find_all()
    if not any(cluster["_id"] == MAIN for cluster in registered):
        clusters.register(MAIN)
        registered = clusters.find_all()
    return registered


def _exhausted(kind: Kind) -> CapacityExhausted:
    logger.error("No cluster has room for an organization; register another one", kind=kind)
    return CapacityExhausted()
