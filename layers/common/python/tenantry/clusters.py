"""The MongoDB clusters that hold tenants' collections, by name: one cached client for each."""

import json
import threading
from typing import Final

from pymongo import MongoClient
from pymongo.database import Database

from tenantry import database
from tenantry.errors import ServiceUnavailable
from tenantry.observability import logger
from tenantry.secrets import read_secret
from tenantry.settings import settings

MAIN: Final = "main"  # the cluster of the master database

_clients: Final[dict[str, MongoClient[database.Document]]] = {}
_opening = threading.Lock()


def cluster_client(name: str) -> MongoClient[database.Document]:
    """Return the process's one client of a cluster; it connects with the first operation.

    Parameters
    ----------
    name : str
        ``main``, which is the master's own, or a name in the clusters' connection strings.

    Raises
    ------
    ServiceUnavailable
        No connection string has this name; nothing was sent.
    """
    if name == MAIN:
        return database.client()
    with _opening:
        if name not in _clients:
            _clients[name] = database.connect(_uri(name))
        return _clients[name]


def tenant_database(cluster: str) -> Database[database.Document]:
    """Return the database of all tenants' collections on a cluster."""
    return cluster_client(cluster)[settings().tenant_database]


def _uri(name: str) -> str:
    uri = _uris().get(name) or _uris(refresh=True).get(name)
    if uri is None:
        logger.error("A cluster has no connection string", cluster=name)
        raise ServiceUnavailable
    return uri


def _uris(*, refresh: bool = False) -> dict[str, str]:
    """Return the connection strings by name; `refresh` finds one that was added a moment ago."""
    configured = settings()
    text = configured.mongodb_clusters
    if configured.mongodb_clusters_secret_arn and not text:
        text = read_secret(configured.mongodb_clusters_secret_arn, refresh=refresh)
    uris: dict[str, str] = json.loads(text or "{}")
    return uris
