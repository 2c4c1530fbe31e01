"""One organization's documents at one place, byte by byte.

Whatever the place is, they are as their organization knows them, and in the order of `_id`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, NamedTuple

import pymongo.collection
import pymongo.cursor
from bson import Timestamp
from bson.raw_bson import RawBSONDocument
from pymongo.change_stream import ChangeStream
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from tenantry.runtime import mongodb
from tenantry.storage.raw import encoding
from tenantry.storage.raw.encoding import DocumentId

MAX_BATCH_DOCUMENTS: Final = 1000
MAX_BATCH_BYTES: Final = 4_000_000  # exceeded by one document at most
EVENTS_AWAITED_MS: Final = 1  # by a look for changes; a copy goes on if there are none

StoredDocuments = pymongo.collection.Collection[RawBSONDocument]
Filter = dict[str, Any]


class Batch(NamedTuple):
    """Documents that were asked for, as many as one batch takes; `is_all` tells whether those are all."""

    documents: list[RawBSONDocument]
    is_all: bool


class RawDocuments(ABC):
    """The documents of one organization at one place.

    Parameters
    ----------
    collection : Collection
        Where they are stored.
    session : ClientSession
        Of the collection's cluster, causally consistent: what is read after a change was seen includes it,
        even if another server has become the primary.
    """

    def __init__(self, collection: pymongo.collection.Collection[Any], session: ClientSession) -> None:
        self.collection: StoredDocuments = collection.with_options(codec_options=encoding.CODEC_OPTIONS)
        self._session = session

    def read_behind(self, after: DocumentId | None) -> Batch:
        """Return documents behind one, in the order of their ids."""
        return self._batch(self._range(after, None), MAX_BATCH_DOCUMENTS)

    def read(self, ids: Collection[DocumentId]) -> Batch:
        """Return those of some documents that are there."""
        return self._batch(self._among(ids), len(ids) + 1)

    def read_range(self, after: DocumentId | None, upto: DocumentId | None) -> list[RawBSONDocument]:
        """Return all documents behind one up to another."""
        with self._find(self._range(after, upto)) as cursor:
            return [self._original(stored) for stored in cursor]

    def replace(
        self, ids: Collection[DocumentId], documents: Iterable[RawBSONDocument], verify: Callable[[], None]
    ) -> None:
        """Put documents where those of some ids are, all or nothing.

        Parameters
        ----------
        ids : collection of DocumentId
            What is removed.
        documents : iterable of RawBSONDocument
            What is there afterwards.
        verify : callable
            Called when all is written and not committed yet; what it raises takes everything back.

        Raises
        ------
        pymongo.errors.BulkWriteError
            A unique index refuses a document; nothing changed.
        """
        stored = [self._stored(document) for document in documents]

        def replace(session: ClientSession) -> None:
            # Not `replace`, which refuses names of fields that `insert` takes.
            self.collection.delete_many(self._among(ids), session=session)
            if stored:
                encoding.insert(self.collection, stored, session)
            verify()

        mongodb.run_transaction(replace, on=self._session.client)

    def watch(self, resume_token: mongodb.Document | None) -> ChangeStream[RawBSONDocument]:
        """Open a stream of what changes from now on, or behind a resume token.

        Its events have `operationType`, `clusterTime` and, about a document, `documentKey`:
        https://www.mongodb.com/docs/manual/reference/change-events/
        """
        fields = {"operationType": 1, "clusterTime": 1, "documentKey._id": 1}
        return self.collection.watch(
            [*self._stages(), {"$project": fields}],
            max_await_time_ms=EVENTS_AWAITED_MS,
            resume_after=resume_token,
            session=self._session,
            show_expanded_events=True,
        )

    def id_in(self, event: RawBSONDocument) -> DocumentId:
        """Return which document an event is about."""
        return encoding.id_of(self._original(event["documentKey"]))

    def count(self) -> int:
        """Return about how many documents there are; 0 if they are too many to be counted in time."""
        try:
            return self.collection.count_documents(self._range(None, None), session=self._session)
        except PyMongoError as error:
            if error.timeout:
                return 0
            raise

    def operation_time(self) -> Timestamp:
        """Return the time of the cluster's last operation."""
        self._session.client.admin.command("ping", session=self._session)
        time = self._session.operation_time
        assert time is not None, "a replica set answers with it"  # noqa: S101
        return time

    def _batch(self, query: Filter, limit: int) -> Batch:
        documents: list[RawBSONDocument] = []
        size = 0
        with self._find(query).limit(limit) as cursor:
            for stored in cursor:
                documents.append(self._original(stored))
                size += len(stored.raw)
                if size >= MAX_BATCH_BYTES:
                    return Batch(documents, is_all=False)
        return Batch(documents, is_all=len(documents) < limit)

    def _find(self, query: Filter) -> pymongo.cursor.Cursor[RawBSONDocument]:
        return self.collection.find(query, sort=[("_id", 1)], session=self._session)

    def _among(self, ids: Iterable[DocumentId]) -> Filter:
        return {"_id": {"$in": [self._stored(encoding.document(document_id))["_id"] for document_id in ids]}}

    @abstractmethod
    def _range(self, after: DocumentId | None, upto: DocumentId | None) -> Filter:
        """Return the filter of the documents behind one up to another."""

    @abstractmethod
    def _stages(self) -> list[mongodb.Document]:
        """Return the stages that leave only events of this organization, and of the collection itself."""

    @abstractmethod
    def _stored(self, original: RawBSONDocument) -> RawBSONDocument:
        """Return a document, or the id of one, as it is stored here."""

    @abstractmethod
    def _original(self, stored: RawBSONDocument) -> RawBSONDocument:
        """Return a document, or the id of one, as its organization knows it."""


class RawCollection(RawDocuments):
    """The documents in a collection that holds nothing else."""

    def _range(self, after: DocumentId | None, upto: DocumentId | None) -> Filter:
        # Unlike a filter's, an expression's comparisons go across types, in the order of the index.
        bounds = [
            {operator: ["$_id", {"$literal": encoding.document(bound)["_id"]}]}
            for operator, bound in (("$gt", after), ("$lte", upto))
            if bound is not None
        ]
        return {"$expr": {"$and": bounds}} if bounds else {}

    def _stages(self) -> list[mongodb.Document]:
        return []

    def _stored(self, original: RawBSONDocument) -> RawBSONDocument:
        return original

    def _original(self, stored: RawBSONDocument) -> RawBSONDocument:
        return stored


class RawPoolShare(RawDocuments):
    """The documents among those of others, told from them by the tenant in each `_id`.

    Parameters
    ----------
    collection, session
        See `RawDocuments`.
    tenant : str
        The organization's id.
    """

    def __init__(
        self, collection: pymongo.collection.Collection[Any], session: ClientSession, tenant: str
    ) -> None:
        super().__init__(collection, session)
        self._tenant = tenant

    def _range(self, after: DocumentId | None, upto: DocumentId | None) -> Filter:
        first = {"$gt": self._stored_id(after) if after else {"tenant": self._tenant}}
        last = {"$lte": self._stored_id(upto)} if upto else {"$lt": {"tenant": self._tenant + "\0"}}
        return {"_id": first | last}

    def _stored_id(self, document_id: DocumentId) -> Any:
        return self._stored(encoding.document(document_id))["_id"]

    def _stages(self) -> list[mongodb.Document]:
        of_tenant = {"documentKey._id.tenant": self._tenant}
        return [{"$match": {"$or": [of_tenant, {"documentKey": {"$exists": False}}]}}]

    def _stored(self, original: RawBSONDocument) -> RawBSONDocument:
        return encoding.with_tenant(original, self._tenant)

    def _original(self, stored: RawBSONDocument) -> RawBSONDocument:
        return encoding.without_tenant(stored, self._tenant)
