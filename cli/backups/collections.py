"""Options, indexes and documents of a tenant's collection, as the server has them or as a pool hides them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bson import Binary
from bson.binary import UUID_SUBTYPE
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
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

    def read(self, session: ClientSession, uuid: str) -> Iterator[bytes]:
        """Yield its documents, never decoded, if it has the UUID that `describe` returned."""
        yield from _read(self.database[self.name], [], session, uuid)

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

    def read(self, session: ClientSession, uuid: str) -> Iterator[bytes]:
        """Yield the organization's documents, never decoded, if the pool has the UUID."""
        pipeline = [{"$match": {"_id.tenant": self.organization_id}}, {"$set": {"_id": "$_id.id"}}]
        yield from _read(self.database[self.name], pipeline, session, uuid)

    def size(self) -> int:
        """Return 0, for the server does not tell how much of a pool is the organization's."""
        return 0


TenantCollection = OwnCollection | PooledCollection


def _read(
    collection: Collection[Any], pipeline: list[Document], session: ClientSession, uuid: str
) -> Iterator[bytes]:
    """Yield what a pipeline makes of a collection, if it has this identity at the time of the snapshot.

    From MongoDB 7.0 on, the server looks the name up at that time, too. A collection that has not had the
    name yet would be empty, and another may have had it.
    """
    identity = Binary(bytes.fromhex(uuid), UUID_SUBTYPE)
    yield from collection.aggregate_raw_batches(pipeline, session=session, collectionUUID=identity)
