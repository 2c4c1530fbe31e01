"""The databases that a command reads, always from the primary."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from bson.binary import Binary
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, PyMongoError

SERVER_SELECTION_TIMEOUT_MS: Final = 5_000
LISTED_AT_ONCE: Final = 1_000  # names per reply; without a bound MongoDB 6.0 may build one beyond 16 MB

MAIN: Final = "main"  # the master's cluster

Document = Mapping[str, Any]


class ConnectionFailed(Exception):
    """MongoDB cannot be reached or does not answer; the message fits on one line and holds no password."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the master and the tenants' data are; `clusters` are connection strings of further clusters."""

    mongodb_uri: str
    master_database: str
    tenant_database: str
    clusters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Databases:
    """Open connections to the master, to the tenant database beside it, and to those on other clusters."""

    master: Database[Document]
    tenants: Database[Document]
    elsewhere: Mapping[str, Database[Document]] = field(default_factory=dict)

    @property
    def clusters(self) -> Mapping[str, Database[Document]]:
        """The tenant database of each cluster."""
        return {MAIN: self.tenants, **self.elsewhere}

    def server_time(self) -> datetime:
        """Return the server's clock, since that of an operator's machine may be wrong."""
        admin = self.master.client.admin
        reply: Document = admin.command("hello", codec_options=admin.codec_options)
        return reply["localTime"]  # type: ignore[no-any-return]

    def tenant_collections(self, cluster: str, names: Sequence[str]) -> dict[str, UUID | None]:
        """Return which of these collections a cluster has, with their identities; views have none."""
        # The server looks exact names up one by one instead of reading its whole catalog.
        listed = self._list(cluster, {"name": {"$in": list(names)}}, name_only=False)
        return {collection["name"]: _uuid(collection["info"]) for collection in listed}

    def tenant_collection_names(self, cluster: str, after: str, upto: str | None) -> Iterator[str]:
        """Yield the names in a range, except the server's own collections; no bound where `upto` is None."""
        bounds = {"$gt": after} if upto is None else {"$gt": after, "$lte": upto}
        for collection in self._list(cluster, {"name": bounds}, name_only=True):
            if not collection["name"].startswith("system."):
                yield collection["name"]

    def _list(self, cluster: str, query: Document, *, name_only: bool) -> Iterator[Document]:
        cursor, tenants = {"batchSize": LISTED_AT_ONCE}, self.clusters[cluster]
        with tenants.list_collections(filter=query, cursor=cursor, nameOnly=name_only) as listed:
            yield from listed.batch_size(LISTED_AT_ONCE)


def _uuid(info: Document) -> UUID | None:
    # pymongo decodes the first batch of a listing with its default codec, which leaves UUIDs binary.
    uuid: UUID | Binary | None = info.get("uuid")
    return uuid.as_uuid() if isinstance(uuid, Binary) else uuid


@contextmanager
def connected(target: Target) -> Iterator[Databases]:
    """Connect for the length of a `with` block.

    Raises
    ------
    ConnectionFailed
        From the start or from within the block: the server cannot be reached, refuses or goes away.
    """
    try:
        with ExitStack() as open_clients:
            client = _connected(target.mongodb_uri, open_clients)
            elsewhere = {
                name: _connected(uri, open_clients)[target.tenant_database]
                for name, uri in target.clusters.items()
            }
            yield Databases(client[target.master_database], client[target.tenant_database], elsewhere)
    except PyMongoError as error:
        raise ConnectionFailed(without_passwords(_reason(error), target)) from None


def _connected(uri: str, open_clients: ExitStack) -> MongoClient[Document]:
    client = open_clients.enter_context(_client(uri))
    client.admin.command("ping")
    return client


def _client(uri: str) -> MongoClient[Document]:
    # Collections are listed as they are now, so documents are read as they are now: with "majority", they
    # could be from before a rename or a deletion that the list shows already.
    try:
        return MongoClient(
            uri,
            appname="tenantry-cli",
            readConcernLevel="local",
            readPreference="primary",
            serverSelectionTimeoutMS=SERVER_SELECTION_TIMEOUT_MS,
            tz_aware=True,
            uuidRepresentation="standard",
        )
    except (OSError, ValueError) as error:  # such as a missing file of certificates, or a port out of range
        raise ConfigurationError(str(error)) from None


def _reason(error: Exception) -> str:
    text = re.split(r" \(configured timeouts|, Timeout: |, full error: ", str(error))[0]
    return " ".join(text.split())


def without_passwords(message: str, target: Target) -> str:
    """Return a message in which the passwords of all connection strings are hidden."""
    for uri in (target.mongodb_uri, *target.clusters.values()):
        message = _without_password(message, uri)
    return message


def _without_password(message: str, uri: str) -> str:
    """Hide each part of the password: pymongo takes one with unescaped characters for a host or a port."""
    user_information = uri.partition("://")[2].rpartition("@")[0]
    for part in re.split(r"[/?#]", user_information.partition(":")[2]):
        message = message.replace(part, "***") if part else message
    return message
