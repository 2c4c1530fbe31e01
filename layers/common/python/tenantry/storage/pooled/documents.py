"""`PooledDocuments`: one tenant's documents in a pool, with the methods of a collection of its own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from bson.codec_options import CodecOptions
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.command_cursor import CommandCursor
from pymongo.results import BulkWriteResult, DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from tenantry.runtime import ids
from tenantry.runtime.mongodb import Document
from tenantry.storage.allowed.updates import BulkOperation
from tenantry.storage.pooled import errors, filters, pipelines, updates
from tenantry.storage.pooled.bulk_writes import BulkWrite
from tenantry.storage.pooled.ids import own
from tenantry.storage.pooled.indexes import PooledIndexes

Query = Mapping[str, Any]


class PooledDocuments:
    """The documents of one tenant in a pool.

    The methods mean what those of pymongo's `Collection` mean, if `tenantry.storage.allowed`
    accepts the arguments. Whatever these are, no method reads, counts, changes or names another tenant's
    document.

    Parameters
    ----------
    collection : Collection
        The pool; it must have `POOL_INDEXES`.
    organization_id : str
        The tenant.
    """

    def __init__(self, collection: Collection[Document], organization_id: str) -> None:
        self._pool = collection
        self._tenant = organization_id

    @property
    def codec_options(self) -> CodecOptions[Document]:
        """How results are decoded."""
        return self._pool.codec_options

    def with_options(self, codec_options: CodecOptions[Any]) -> "PooledDocuments":
        """Return the same documents, decoded otherwise."""
        return PooledDocuments(self._pool.with_options(codec_options), self._tenant)

    def insert_one(self, document: Document, session: ClientSession | None = None) -> InsertOneResult:
        """Insert one document."""
        with self._own_errors():
            self._pool.insert_one(updates.inserted(self._tenant, document), session=session)
        return InsertOneResult(document["_id"], acknowledged=True)

    def insert_many(
        self, documents: Sequence[Document], session: ClientSession | None = None
    ) -> InsertManyResult:
        """Insert documents in their order, up to the first that is refused."""
        inserted = [updates.inserted(self._tenant, document) for document in documents]
        with self._own_errors():
            self._pool.insert_many(inserted, session=session)
        return InsertManyResult([document["_id"] for document in documents], acknowledged=True)

    def update_one(
        self, query: Query, update: Query, *, upsert: bool = False, session: ClientSession | None = None
    ) -> UpdateResult:
        """Update the first document that matches."""
        changes = updates.in_pool(self._tenant, query, update, upsert=upsert)
        with self._own_errors():
            result = self._pool.update_one(self._filter(query, upsert), changes, upsert, session=session)
        return _own_result(result)

    def update_many(
        self, query: Query, update: Query, *, session: ClientSession | None = None
    ) -> UpdateResult:
        """Update all documents that match."""
        changes = updates.in_pool(self._tenant, query, update, upsert=False)
        with self._own_errors():
            return self._pool.update_many(self._filter(query), changes, session=session)

    def replace_one(
        self, query: Query, replacement: Query, *, upsert: bool = False, session: ClientSession | None = None
    ) -> UpdateResult:
        """Replace the first document that matches."""
        if upsert and updates.needs_id(query, replacement):
            replaced = self.replace_one(query, replacement, session=session)
            if replaced.matched_count:
                return replaced
            query = {"_id": ids.random_object_id()}
        stored = updates.replacement(self._tenant, replacement)
        with self._own_errors():
            result = self._pool.replace_one(self._filter(query, upsert), stored, upsert, session=session)
        return _own_result(result)

    def delete_one(self, query: Query, session: ClientSession | None = None) -> DeleteResult:
        """Delete the first document that matches."""
        with self._own_errors():
            return self._pool.delete_one(self._filter(query), session=session)

    def delete_many(self, query: Query, session: ClientSession | None = None) -> DeleteResult:
        """Delete all documents that match."""
        with self._own_errors():
            return self._pool.delete_many(self._filter(query), session=session)

    def bulk_write(
        self, operations: Sequence[BulkOperation], session: ClientSession | None = None
    ) -> BulkWriteResult:
        """Carry out writes in their order, up to the first that is refused."""
        with self._own_errors():
            return BulkWrite(self._pool, self._tenant, session).run(operations)

    def find_one(
        self, query: Query, projection: Query | None = None, session: ClientSession | None = None
    ) -> Document | None:
        """Return the first document that matches, or None."""
        fields = None if projection is None else filters.projection(projection)
        with self._own_errors():
            stored = self._pool.find_one(self._filter(query), fields, session=session)
        return None if stored is None else own(stored)

    def find(
        self,
        query: Query,
        projection: Query | None = None,
        *,
        sort: Sequence[tuple[str, int]] = (),
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[Document]:
        """Return the documents that match."""
        fields = None if projection is None else filters.projection(projection)
        order = filters.sort(sort)
        with self._own_errors():
            for stored in self._pool.find(self._filter(query), fields, sort=order, skip=skip, limit=limit):
                yield own(stored)

    def count_documents(self, query: Query, session: ClientSession | None = None) -> int:
        """Count the documents that match."""
        with self._own_errors():
            return self._pool.count_documents(self._filter(query), session=session)

    def aggregate(
        self, pipeline: Sequence[Query], session: ClientSession | None = None, **options: Any
    ) -> CommandCursor[Document]:
        """Return what a pipeline makes of the documents; `options` are those of pymongo."""
        with self._own_errors():
            return self._pool.aggregate(pipelines.in_pool(self._tenant, pipeline), session, **options)

    def list_indexes(self) -> list[Document]:
        """Return the indexes, the one on `_id` first."""
        return PooledIndexes(self._pool, self._tenant).find()

    def _filter(self, query: Query, upsert: bool = False) -> Document:
        return (filters.upsert_in_pool if upsert else filters.in_pool)(self._tenant, query)

    def _own_errors(self) -> AbstractContextManager[None]:
        return errors.translated(self._tenant)


def _own_result(result: UpdateResult) -> UpdateResult:
    raw = dict(result.raw_result or {})
    if "upserted" in raw:
        raw["upserted"] = raw["upserted"]["id"]
    return UpdateResult(raw, acknowledged=True)
