"""`CountedDocuments`: an organization's documents in a transaction that writes to them, and what it adds."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import bson
from pymongo import InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.results import BulkWriteResult, DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from tenantry.registry.organizations.usage import NOTHING, Size
from tenantry.runtime.mongodb import Document
from tenantry.storage.allowed.updates import BulkOperation
from tenantry.storage.tenant_storage import TenantDocuments
from tenantry.tenants import growth

MAX_SIZED: Final = 1_000  # documents that an update matches

_BYTES: Final = {"$bsonSize": "$$ROOT"}
_NEW_ID_BYTES: Final = 17  # of an ObjectId under the name `_id`

Query = Mapping[str, Any]


class CountedDocuments:
    """Writes as `TenantDocuments` does, and counts what is added.

    Documents are counted exactly. So are the bytes of documents that are inserted, and of one that was found
    with the same query before it is replaced or deleted. Of any other change the most that it may add counts,
    and nothing for what it removes; so bytes are never too few.

    Parameters
    ----------
    documents : TenantDocuments
        Where to write.

    Attributes
    ----------
    growth : Size
        What has been added so far; negative where more was removed.
    """

    def __init__(self, documents: TenantDocuments) -> None:
        self.growth = NOTHING
        self._documents = documents
        self._options = documents.codec_options
        self._found: tuple[Query, int] | None = None

    def find_one(self, query: Query, session: ClientSession) -> Document | None:
        """Return the first document that matches, or None."""
        document = self._documents.find_one(query, session=session)
        self._found = None if document is None else (query, self._size(document))
        return document

    def insert_one(self, document: Document, session: ClientSession) -> InsertOneResult:
        """Insert one document."""
        result = self._documents.insert_one(document, session=session)
        self._add(1, self._size(document))
        return result

    def insert_many(self, documents: Sequence[Document], session: ClientSession) -> InsertManyResult:
        """Insert documents in their order, up to the first that is refused."""
        result = self._documents.insert_many(documents, session=session)
        self._add(len(documents), sum(map(self._size, documents)))
        return result

    def update_one(
        self, query: Query, update: Query, *, session: ClientSession, upsert: bool = False
    ) -> UpdateResult:
        """Update the first document that matches."""
        before = self._sizes(query, session) if growth.is_loose(update) else None
        result = self._documents.update_one(query, update, upsert=upsert, session=session)
        self._add_updated(result, query, update, before, session)
        return result

    def update_many(self, query: Query, update: Query, *, session: ClientSession) -> UpdateResult:
        """Update all documents that match."""
        before = self._sizes(query, session) if growth.is_loose(update) else None
        result = self._documents.update_many(query, update, session=session)
        self._add_updated(result, query, update, before, session)
        return result

    def replace_one(
        self, query: Query, replacement: Query, *, session: ClientSession, upsert: bool = False
    ) -> UpdateResult:
        """Replace the first document that matches."""
        known = self._known(query) if "_id" in replacement else 0
        result = self._documents.replace_one(query, replacement, upsert=upsert, session=session)
        if result.upserted_id is not None:
            self._add(1, self._size({"_id": result.upserted_id, **replacement}))
        elif result.modified_count:
            self._add(0, self._size(replacement) - known)
        return result

    def delete_one(self, query: Query, session: ClientSession) -> DeleteResult:
        """Delete the first document that matches."""
        known = self._known(query)
        result = self._documents.delete_one(query, session=session)
        self._add(-result.deleted_count, -known * result.deleted_count)
        return result

    def delete_many(self, query: Query, session: ClientSession) -> DeleteResult:
        """Delete all documents that match."""
        result = self._documents.delete_many(query, session=session)
        self._add(-result.deleted_count, 0)
        return result

    def bulk_write(self, operations: Sequence[BulkOperation], session: ClientSession) -> BulkWriteResult:
        """Carry out writes in their order, up to the first that is refused."""
        result = self._documents.bulk_write(operations, session=session)
        documents = result.inserted_count + result.upserted_count - result.deleted_count
        of_many = [self._most(operation) for operation in operations if isinstance(operation, UpdateMany)]
        of_one = sum(self._most(operation) for operation in operations) - sum(of_many)
        changed = result.modified_count + result.upserted_count
        self._add(documents, of_one + changed * max(of_many, default=0))
        return result

    def _most(self, operation: Any) -> int:
        """Return how many bytes one of several operations adds to a document at most."""
        if isinstance(operation, InsertOne):
            return self._size(operation._doc)
        if isinstance(operation, ReplaceOne):
            return self._size({**operation._filter, **operation._doc}) + _NEW_ID_BYTES
        if isinstance(operation, UpdateOne | UpdateMany):
            update: Any = operation._doc  # no pipeline, for these are refused
            inserted = self._most_inserted(operation._filter, update) if operation._upsert else 0
            return max(inserted, growth.at_most(update, self._options))
        return 0

    def _most_inserted(self, query: Query, update: Query) -> int:
        return growth.of_upsert(query, update, self._options) + _NEW_ID_BYTES

    def _add_updated(
        self,
        result: UpdateResult,
        query: Query,
        update: Query,
        before: list[Document] | None,
        session: ClientSession,
    ) -> None:
        if result.upserted_id is not None:
            self._add(1, self._most_inserted(query, update))
        elif before is not None and len(before) <= MAX_SIZED:
            known = sum(document["bytes"] for document in before)
            self._add(0, self._bytes_of(before, session) - known)
        else:
            self._add(0, result.modified_count * growth.at_most(update, self._options))

    def _sizes(self, query: Query, session: ClientSession) -> list[Document]:
        """Return ids and sizes of the documents that match, or of more than can be compared."""
        pipeline: list[Query] = [
            {"$match": query},
            {"$limit": MAX_SIZED + 1},
            {"$project": {"bytes": _BYTES}},
        ]
        return list(self._documents.aggregate(pipeline, session=session))

    def _bytes_of(self, sized: list[Document], session: ClientSession) -> int:
        ids = [document["_id"] for document in sized]
        total: Document = {"$group": {"_id": None, "bytes": {"$sum": _BYTES}}}
        pipeline: list[Document] = [{"$match": {"_id": {"$in": ids}}}, total]
        totals = self._documents.aggregate(pipeline, session=session)
        return int(sum(total["bytes"] for total in totals))

    def _known(self, query: Query) -> int:
        """Return the size of the document that was found with this query; 0 if none was."""
        return self._found[1] if self._found is not None and self._found[0] is query else 0

    def _size(self, document: Query) -> int:
        return len(bson.encode(document, codec_options=self._options))

    def _add(self, documents: int, octets: int) -> None:
        self.growth = self.growth.plus(Size(documents, octets))
