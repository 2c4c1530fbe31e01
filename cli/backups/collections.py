"""Options, indexes and documents of a tenant's collection, as the server has them or as a pool hides them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import OperationFailure

from cli.backups.archive import EXACT, Document
from cli.backups.indexes import TenantIndex
from tenantry.runtime import server_errors
from tenantry.storage.pooled.indexes import PooledIndexes


def describe(database: Database[Any], name: str) -> Document | None:
    """Return `options`, `indexes`, `uuid` and `type` of a collection, or None if there is none.

    Both commands' replies hold all there is: one collection, and at most 64 indexes.
    """
    listing = {"listCollections": 1, "filter": {"name": name}}
    matches = database.command(listing, codec_options=EXACT)["cursor"]["firstBatch"]
    try:
        indexes = database.command({"listIndexes": name}, codec_options=EXACT)["cursor"]["firstBatch"]
    except OperationFailure as error:
        if error.code != server_errors.NAMESPACE_NOT_FOUND:
            raise
        return None
    if not matches:
        return None
    (collection,) = matches
    return {
        "options": collection["options"],
        "indexes": indexes,
        "uuid": collection["info"]["uuid"].hex(),
        "type": collection["type"],
    }


def create(database: Database[Any], name: str) -> None:
    """Create a collection."""
    database.create_collection(name, check_exists=False)


def create_indexes(database: Database[Any], name: str, indexes: list[TenantIndex]) -> None:
    """Create indexes of a collection."""
    if indexes:
        database[name].create_indexes([index.model() for index in indexes])


@dataclass(frozen=True, slots=True)
class OwnCollection:
    """A collection that is one organization's own."""

    database: Database[Any]
    name: str

    @property
    def client(self) -> MongoClient[Any]:
        """The connection to its cluster."""
        return self.database.client

    def describe(self) -> Document | None:
        """Return what `describe` returns."""
        return describe(self.database, self.name)

    def read(self, session: ClientSession) -> Iterator[bytes]:
        """Yield its documents, never decoded."""
        yield from self.database[self.name].find_raw_batches({}, session=session)

    def size(self) -> int:
        """Return the number of bytes of its documents."""
        statistics: Any = self.database.command("collStats", self.name)
        return int(statistics["size"])


@dataclass(frozen=True, slots=True)
class PooledCollection:
    """What looks like a collection of its own to an organization whose documents are in a pool."""

    database: Database[Any]
    name: str
    organization_id: str

    @property
    def client(self) -> MongoClient[Any]:
        """The connection to its cluster."""
        return self.database.client

    def describe(self) -> Document | None:
        """Return what `describe` returns."""
        pool = describe(self.database, self.name)
        indexes = PooledIndexes(self.database[self.name], self.organization_id).find()
        return pool and pool | {"options": {}, "indexes": indexes}

    def read(self, session: ClientSession) -> Iterator[bytes]:
        """Yield the organization's documents, never decoded."""
        pipeline = [{"$match": {"_id.tenant": self.organization_id}}, {"$set": {"_id": "$_id.id"}}]
        yield from self.database[self.name].aggregate_raw_batches(pipeline, session=session)

    def size(self) -> int:
        """Return 0, for the server does not tell how much of a pool is the organization's."""
        return 0


TenantCollection = OwnCollection | PooledCollection
