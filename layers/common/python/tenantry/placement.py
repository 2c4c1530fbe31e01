"""Where the next organization goes: the policy of placement."""

import secrets

from tenantry import clusters
from tenantry.clusters import MAIN, ClusterDocument
from tenantry.errors import CapacityExhausted
from tenantry.observability import logger
from tenantry.organizations import OWN_NAMESPACES, Kind


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


def _registered() -> list[ClusterDocument]:
    found = clusters.find_all()
    if not any(cluster["_id"] == MAIN for cluster in found):
        clusters.register(MAIN)
        found = clusters.find_all()
    return found


def _exhausted(kind: Kind) -> CapacityExhausted:
    logger.error("No cluster has room for an organization; register another one", kind=kind)
    return CapacityExhausted()
