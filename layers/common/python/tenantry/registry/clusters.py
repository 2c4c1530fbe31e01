"""The MongoDB clusters that hold tenants' collections, by name: a cached client for each, and how full it is.

Collections and indexes, together called namespaces, are what strains a server. So the master collection
`clusters` has a limit of them for each cluster, and whoever makes one reserves it there first. The counter
never falls below what there is.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, TypedDict

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from tenantry.errors import ServiceUnavailable
from tenantry.runtime import moments, mongodb, process
from tenantry.runtime.clients import REOPEN_SECONDS, CachedClient
from tenantry.runtime.observability import logger
from tenantry.runtime.secrets import read_secret
from tenantry.runtime.settings import settings

MAIN: Final = "main"  # the cluster of the master database
# 10,000 collections, each with its index on _id: MongoDB's advice for a replica set.
DEFAULT_LIMIT: Final = 20_000

_clients: Final[dict[str, CachedClient]] = {}


class ClusterDocument(TypedDict):
    """A cluster as it is registered.

    `namespaces` counts the collections and indexes that are reserved, and never exceeds `limit`. Pooled
    organizations are spread over the shared collections `pools`.
    """

    _id: str
    limit: int
    namespaces: int
    pools: list[str]
    created_at: datetime


def clusters() -> Collection[ClusterDocument]:
    """Return the master's collection of clusters."""
    return mongodb.collection("clusters")


def cluster_client(name: str) -> MongoClient[mongodb.Document]:
    """Return the process's one client of a cluster; it connects with the first operation.

    Parameters
    ----------
    name : str
        ``main``, which is the master's own, or a name in the clusters' connection strings.

    Raises
    ------
    ServiceUnavailable
        There is no connection string of this name, or it is malformed; nothing was sent.
    """
    if name == MAIN:
        return mongodb.client()
    return _clients.setdefault(name, CachedClient(partial(_uri, name))).get()


def answers(name: str) -> bool:
    """Tell whether a cluster answers, within the time of a request."""
    try:
        cluster_client(name).admin.command("ping")
    except (PyMongoError, ServiceUnavailable):
        return False
    return True


def names() -> list[str]:
    """Return the clusters that have connection strings, ``main`` first.

    Raises
    ------
    ServiceUnavailable
        Those of further clusters cannot be read.
    """
    return [MAIN, *_uris(max_age=REOPEN_SECONDS)]


@process.forgets
def close() -> None:
    """Close the clients of all clusters but the master's; the next operation on one opens another."""
    for client in _clients.values():
        client.close()
    _clients.clear()


def tenant_database(cluster: str) -> Database[mongodb.Document]:
    """Return the database of all tenants' collections on a cluster."""
    return cluster_client(cluster)[settings().tenant_database]


def read_to_commit[Stored: Mapping[str, Any]](master: Collection[Stored], cluster: str) -> Collection[Stored]:
    """Return a collection of the master for whoever reads it and then commits a transaction on a cluster.

    A server of the master that the majority has left still answers for a while. On the master's cluster it
    cannot commit either; for another one it has to ask the majority first (read concern linearizable).
    """
    return master if cluster == MAIN else master.with_options(read_concern=ReadConcern("linearizable"))


def _uri(name: str) -> str:
    uri = _uris(max_age=REOPEN_SECONDS).get(name) or _uris(max_age=0).get(name)
    if uri is None:
        logger.error("A cluster has no connection string", cluster=name)
        raise ServiceUnavailable
    return uri


def _uris(*, max_age: float) -> dict[str, str]:
    """Return the connection strings by name, none read longer ago than `max_age` seconds."""
    configured = settings()
    text = configured.mongodb_clusters
    if configured.mongodb_clusters_secret_arn and not text:
        text = read_secret(configured.mongodb_clusters_secret_arn, max_age=max_age)
    uris: dict[str, str] = json.loads(text or "{}")
    return uris


def register(name: str, limit: int | None = None) -> None:
    """Let organizations be placed on a cluster, or change its limit.

    Parameters
    ----------
    name : str
        ``main``, or a name in the clusters' connection strings.
    limit : int, optional
        How many collections and indexes it takes together; if there are more already, it takes no further
        ones. If left out, the limit stays, or is `DEFAULT_LIMIT` at first.
    """
    if name != MAIN:
        register(MAIN)  # which is to be filled first
    initial = {"namespaces": 0, "pools": [], "created_at": moments.now()}
    if limit is None:
        change: mongodb.Document = {"$setOnInsert": initial | {"limit": DEFAULT_LIMIT}}
    else:
        change = {"$setOnInsert": initial, "$set": {"limit": limit}}
    clusters().update_one({"_id": name}, change, upsert=True)


def find_all() -> list[ClusterDocument]:
    """Return the clusters in the order in which they were registered, which is that of filling them."""
    return sorted(clusters().find().sort("_id", 1), key=lambda cluster: cluster["created_at"])


def reserve(name: str, namespaces: int, session: ClientSession) -> bool:
    """Reserve namespaces of a cluster within the transaction that says whose they are.

    Returns
    -------
    bool
        False if there is no room for them; nothing is reserved then.
    """
    reserved = clusters().update_one(
        {"_id": name} | _room(namespaces), {"$inc": {"namespaces": namespaces}}, session=session
    )
    return reserved.matched_count == 1


def release(name: str, namespaces: int, session: ClientSession) -> None:
    """Give namespaces back within the transaction that says that nobody has them any more."""
    clusters().update_one({"_id": name}, {"$inc": {"namespaces": -namespaces}}, session=session)


def add_pool(name: str, pool: str, namespaces: int) -> bool:
    """Count a pool among those of a cluster, once; tell whether there was room for it."""
    uncounted = {"_id": name, "pools": {"$ne": pool}} | _room(namespaces)
    counted = clusters().update_one(uncounted, {"$push": {"pools": pool}, "$inc": {"namespaces": namespaces}})
    return counted.matched_count == 1 or clusters().find_one({"_id": name, "pools": pool}) is not None


def _room(namespaces: int) -> mongodb.Document:
    return {"$expr": {"$lte": [{"$add": ["$namespaces", namespaces]}, "$limit"]}}
