"""Twins: a collection of one's own and a share of a pool, to which the same is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any, Final

import bson
from bson import ObjectId
from pymongo import IndexModel, MongoClient
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, InvalidOperation, OperationFailure
from pymongo.results import BulkWriteResult, DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from tenantry.errors import TooManyIndexes
from tenantry.language.extended_json import CODEC_OPTIONS
from tenantry.storage.pooled.documents import PooledDocuments
from tenantry.storage.pooled.indexes import POOL_INDEXES, PooledIndexes
from tenantry.tenants import TenantCollection
from tests.support.databases import Document

TENANT: Final = "org_" + "5" * 32
NEIGHBOURS: Final = ("org_" + "4" * 32, "org_" + "6" * 32)
SECRET: Final = "w7f3a9c2e5d1"  # in each of the neighbours' documents, and nowhere else
KNOWN: Final = (ObjectId(b"\0" * 12), ObjectId(b"\xff" * 12))
"""All other ObjectIds were made by the driver, the server or the library."""


class OwnIndexes:
    """The indexes of a collection that nobody renames."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def create(self, index: Any) -> Document:
        name = self._collection.name
        return self._collection.database.command({"createIndexes": name, "indexes": [index.document]})

    def drop(self, name: str) -> None:
        self._collection.database.command({"dropIndexes": self._collection.name, "index": name})


class Unfenced:
    """In the place of the fence: a write is a transaction, but nothing is renamed or deleted here."""

    organization_id = TENANT

    def __init__(self, documents: Any, indexes: Any, client: MongoClient[Document]) -> None:
        self._client = client
        self._documents = documents
        self._indexes = indexes

    def write(self, operation: Callable[[Any, Any], Any]) -> Any:
        with self._client.start_session() as session:
            return session.with_transaction(lambda session: operation(self._documents, session))

    def read(self, operation: Callable[[Any], Any]) -> Any:
        return operation(self._documents)

    def change(self, operation: Callable[[Any], Any]) -> Any:
        return operation(self._indexes)


@dataclass
class Twins:
    """The same operations on both kinds; each must say the same, leave the same, and leave neighbours alone.

    Parameters
    ----------
    collection
        The one that is the tenant's own.
    pool
        The one that the tenant shares with its neighbours.
    """

    collection: Collection[Document]
    pool: Collection[Document]
    own: TenantCollection = field(init=False)
    pooled: TenantCollection = field(init=False)
    neighbours: list[bytes] = field(init=False)
    neighbours_indexes: list[Document] = field(init=False)
    generated: int = 0

    def __post_init__(self) -> None:
        client = self.pool.database.client
        self.own, self.pooled = TenantCollection(TENANT), TenantCollection(TENANT)
        unfenced: Any = Unfenced(self.collection, OwnIndexes(self.collection), client)
        self.own._fence = unfenced
        unfenced = Unfenced(PooledDocuments(self.pool, TENANT), PooledIndexes(self.pool, TENANT), client)
        self.pooled._fence = unfenced
        self.collection.database.create_collection(self.collection.name)
        self.pool.create_indexes(POOL_INDEXES)
        for neighbour in NEIGHBOURS:
            PooledIndexes(self.pool, neighbour).create(IndexModel("a", unique=True))
            self.pool.insert_many(_neighbourly(neighbour))
        self.neighbours, self.neighbours_indexes = self.foreign(), self.foreign_indexes()

    def clear(self) -> None:
        """Make both empty."""
        self.collection.delete_many({})
        self.pool.delete_many({"_id.tenant": TENANT})
        for index in self.own.list_indexes()[1:]:
            self.own.drop_index(index["name"])
            self.pooled.drop_index(index["name"])

    def fill(self, documents: list[Document]) -> None:
        """Insert documents into both."""
        (said,) = self.do(methodcaller("insert_many", documents))
        assert isinstance(said, bytes), said

    def do(self, *operations: Callable[[TenantCollection], Any]) -> Any:
        """Do something with both, compare what it says and leaves, and return it."""
        said = [[outcome(operation, twin) for operation in operations] for twin in (self.own, self.pooled)]
        assert self.foreign() == self.neighbours
        assert said[1] == said[0]
        stored = [self.stored(), self.stored_in_pool()]
        self._name_generated(*stored)
        assert _bytes({"": stored[1]}) == _bytes({"": stored[0]})
        return said[0]

    def do_to_indexes(self, *operations: Callable[[TenantCollection], Any]) -> Any:
        """Do the same and compare the indexes as well."""
        said = self.do(*operations)
        assert self.foreign_indexes() == self.neighbours_indexes
        assert _indexes(self.pooled.list_indexes()) == _indexes(self.own.list_indexes())
        return said

    def stored(self) -> list[Document]:
        """Return the documents of the collection of one's own."""
        return list(self.collection.find().sort("_id", 1))

    def stored_in_pool(self) -> list[Document]:
        """Return the documents of the share of the pool, in the terms of the other."""
        documents = list(self.pool.find({"_id.tenant": TENANT}).sort("_id.id", 1))
        assert all(list(document["_id"]) == ["tenant", "id"] for document in documents)
        return [{**document, "_id": document["_id"]["id"]} for document in documents]

    def foreign(self) -> list[bytes]:
        """Return the bytes of all documents in the pool that are not the tenant's."""
        return [
            _bytes(document) for document in self.pool.find({"_id.tenant": {"$ne": TENANT}}).sort("_id", 1)
        ]

    def foreign_indexes(self) -> list[Document]:
        """Return all indexes of the pool that are not the tenant's."""
        indexes = map(dict, self.pool.list_indexes())
        return [
            index for index in indexes if index.get("partialFilterExpression", {}).get("_id.tenant") != TENANT
        ]

    def _name_generated(self, *stored: list[Document]) -> None:
        """Give documents with a generated id the same one in both, so that they can be compared."""
        made = [sorted(filter(_has_generated_id, documents), key=_without_id) for documents in stored]
        for own, pooled in zip(*made, strict=True):
            self.generated += 1
            for twin, document in ((self.own, own), (self.pooled, pooled)):
                twin.delete_one({"_id": document["_id"]})
                document["_id"] = f"generated {self.generated}"
                twin.insert_one(document)
        if made[0]:
            stored[0][:], stored[1][:] = self.stored(), self.stored_in_pool()


def _has_generated_id(document: Document) -> bool:
    return isinstance(document["_id"], ObjectId) and document["_id"] not in KNOWN


def _without_id(document: Document) -> bytes:
    return _bytes({**document, "_id": 0})


def _neighbourly(tenant: str) -> list[Document]:
    """Return documents like those that the tests store, and some that look like another tenant's."""
    ids: list[Any] = [1, "a", "b", None, {"tenant": TENANT, "id": 1}, KNOWN[0], {"a": 1, "b": 2}]
    return [
        {"_id": {"tenant": tenant, "id": document_id}, "a": number, "tenant": TENANT, "secret": SECRET}
        for number, document_id in enumerate(ids)
    ]


def outcome(operation: Callable[[TenantCollection], Any], documents: TenantCollection) -> Any:
    """Return what an operation says, as something to compare."""
    try:
        result = operation(documents)
    except BulkWriteError as error:
        counts = {name: count for name, count in error.details.items() if name.startswith("n")}
        return [
            "BulkWriteError",
            counts,
            [(write_error["index"], write_error["code"]) for write_error in error.details["writeErrors"]],
        ]
    except OperationFailure as error:
        keys = [(error.details or {}).get(name) for name in ("keyPattern", "keyValue")]
        return [type(error).__name__, error.code, [key and _bytes(_masked(key)) for key in keys]]
    except (TypeError, ValueError, InvalidOperation, TooManyIndexes) as error:
        return [type(error).__name__, str(error)]
    return _said(result)


def _said(result: Any) -> Any:
    match result:
        case InsertOneResult():
            said: Any = result.inserted_id
        case InsertManyResult():
            said = result.inserted_ids
        case UpdateResult():
            said = [result.matched_count, result.modified_count, result.did_upsert, result.upserted_id]
        case DeleteResult():
            said = result.deleted_count
        case BulkWriteResult():
            counts = [
                result.inserted_count,
                result.matched_count,
                result.modified_count,
                result.deleted_count,
            ]
            said = [counts, list((result.upserted_ids or {}).items())]
        case _:
            said = result
    return _bytes({"": _masked(said)})


def _masked(value: Any) -> Any:
    if isinstance(value, ObjectId) and value not in KNOWN:
        return "generated"
    if isinstance(value, dict):
        return {name: _masked(member) for name, member in value.items()}
    return [_masked(member) for member in value] if isinstance(value, list | tuple) else value


def _indexes(indexes: list[Document]) -> list[Document]:
    return [index | {"key": list(index["key"].items())} for index in indexes]


def _bytes(document: Any) -> bytes:
    return bson.encode(document, codec_options=CODEC_OPTIONS)
