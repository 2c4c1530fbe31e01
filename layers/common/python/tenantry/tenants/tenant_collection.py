"""`TenantCollection`: how a function reaches the collection of one organization, and no other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from pymongo import InsertOne
from pymongo.client_session import ClientSession
from pymongo.results import BulkWriteResult, DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from tenantry.identity.authentication import Caller
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime import ids, mongodb
from tenantry.storage import indexes
from tenantry.storage.allowed import filters, pipelines, updates
from tenantry.storage.allowed.updates import BulkOperation
from tenantry.tenants import aggregation, indexing
from tenantry.tenants.fence import Fence, Writable
from tenantry.tenants.repetitions import Key, Repetition

MAX_FOUND: Final = 1000

Document = mongodb.Document
Query = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]


class TenantCollection:
    """The collection of one organization, under whatever name it has at the moment.

    Make one with `collection`, or with an organization's id where nobody calls, as in a scheduled function.
    Operations mean what they mean in pymongo; each is complete or did not happen. What they take is listed in
    `tenantry.storage.allowed`, so that it means the same wherever documents are.

    Parameters
    ----------
    organization_id : str
        The organization; from a verified token or the master database, never from a request.
    last_seen : OrganizationDocument, optional
        The organization as it was read a moment ago; saves a round trip.

    Raises
    ------
    OrganizationNotFound, OrganizationSuspended
        From every operation: the organization has been deleted, or is suspended; nothing was written.
    LimitReached
        From every operation that writes: there is no room for what it may add; nothing was written.
    ServiceUnavailable
        From every operation: the organization was renamed during each of many attempts; nothing was written.
    ForbiddenOperation
        From every operation: it is not among those that a tenant's collection takes; nothing was sent.
    pymongo.errors.PyMongoError
        From every operation, as from pymongo. After a network error or timeout the outcome of a write is
        unknown: it has happened wholly, in this organization's collection, or not at all.

    Examples
    --------
    >>> notes = tenants.collection(caller)
    >>> notes.insert_one({"text": "hello"})
    >>> notes.find({"text": "hello"})
    """

    def __init__(self, organization_id: str, last_seen: OrganizationDocument | None = None) -> None:
        self._fence = Fence(organization_id, last_seen)

    def insert_one(self, document: Document) -> InsertOneResult:
        """Insert one document."""
        updates.check_document(document)
        ids.give_ids([document])
        return self._fence.write(lambda stored, session: stored.insert_one(document, session=session))

    def insert_many(self, documents: Sequence[Document]) -> InsertManyResult:
        """Insert documents, all or none."""
        for document in documents:
            updates.check_document(document)
        ids.give_ids(documents)
        return self._fence.write(lambda stored, session: stored.insert_many(documents, session=session))

    def under(self, key: Key) -> Repetition:
        """Return the insertions under an idempotency key, which store nothing twice."""
        return Repetition(self._fence, key)

    def update_one(self, query: Query, update: Query, *, upsert: bool = False) -> UpdateResult:
        """Update the first document that matches."""
        updates.check(query, update, upsert=upsert)
        return self._fence.write(
            lambda stored, session: stored.update_one(query, update, upsert=upsert, session=session)
        )

    def update_many(self, query: Query, update: Query) -> UpdateResult:
        """Update all documents that match, or none."""
        updates.check(query, update)
        return self._fence.write(lambda stored, session: stored.update_many(query, update, session=session))

    def replace_one(self, query: Query, replacement: Query, *, upsert: bool = False) -> UpdateResult:
        """Replace the first document that matches."""
        updates.check_replacement(query, replacement, upsert=upsert)
        return self._fence.write(
            lambda stored, session: stored.replace_one(query, replacement, upsert=upsert, session=session)
        )

    def delete_one(self, query: Query) -> DeleteResult:
        """Delete the first document that matches."""
        filters.check(query)
        return self._fence.write(lambda stored, session: stored.delete_one(query, session=session))

    def delete_many(self, query: Query) -> DeleteResult:
        """Delete all documents that match, or none."""
        filters.check(query)
        return self._fence.write(lambda stored, session: stored.delete_many(query, session=session))

    def bulk_write(self, operations: Sequence[BulkOperation]) -> BulkWriteResult:
        """Carry out writes in their order, all or none."""
        updates.check_bulk(operations)
        ids.give_ids(operation._doc for operation in operations if isinstance(operation, InsertOne))
        return self._fence.write(lambda stored, session: stored.bulk_write(operations, session=session))

    def modify_one(self, document_id: Any, change: Callable[[Document | None], Document | None]) -> None:
        """Read one document and put another in its place, so that no other write comes between.

        Parameters
        ----------
        document_id : any BSON value
            The document's `_id`.
        change : callable
            Gets the document, or None if there is none; returns what to store under the same `_id`, or None
            to delete it. It may be called several times, so it must do nothing else. A TenantryError that it
            raises is passed on, and leaves everything as it is.
        """
        by_id: Query = {"_id": {"$eq": document_id}}

        def write(stored: Writable, session: ClientSession) -> None:
            current = stored.find_one(by_id, session=session)
            changed = change(current)
            if changed is None:
                stored.delete_one(by_id, session=session)
                return
            updates.check_document(changed)
            if current is None:
                stored.insert_one(changed, session=session)
            elif any(name.startswith("$") for name in changed):  # which a replacement must not have
                stored.delete_one(by_id, session=session)
                stored.insert_one(changed, session=session)
            else:
                stored.replace_one(by_id, changed, session=session)

        self._fence.write(write)

    def find_one(self, query: Query, projection: Query | None = None) -> Document | None:
        """Return the first document that matches, or None."""
        filters.check_search(query, projection)
        return self._fence.read(lambda stored: stored.find_one(query, projection))

    def find(
        self,
        query: Query,
        projection: Query | None = None,
        *,
        sort: Sort = (("_id", 1),),
        skip: int = 0,
        limit: int = MAX_FOUND,
    ) -> list[Document]:
        """Return the documents that match, in the order of their ids or as `sort` says, at most `limit`."""
        filters.check_search(query, projection, sort)
        return self._fence.read(
            lambda stored: list(stored.find(query, projection, sort=list(sort), skip=skip, limit=limit))
        )

    def count_documents(self, query: Query) -> int:
        """Count the documents that match."""
        filters.check(query)
        return self._fence.read(lambda stored: stored.count_documents(query))

    def aggregate(
        self, pipeline: Sequence[Query], *, limit: int = MAX_FOUND, max_bytes: int | None = None
    ) -> list[Document]:
        """Return what a pipeline makes of the documents.

        Parameters
        ----------
        pipeline : sequence of mapping
            Stages that stay within this collection; see `tenantry.storage.allowed.pipelines`.
        limit : int
            At most so many results.
        max_bytes : int, optional
            End with the result that exceeds so many bytes of BSON in all.

        Raises
        ------
        ForbiddenStage
            The pipeline holds what could reach another collection, or run JavaScript; nothing was run.
        """
        pipelines.check(pipeline)
        limited = [*pipeline, {"$limit": limit}]
        return self._fence.read(lambda stored: aggregation.results(stored, limited, max_bytes))

    def list_indexes(self) -> list[Document]:
        """Return the indexes, the one on `_id` first."""
        return self._fence.read(lambda stored: [dict(index) for index in stored.list_indexes()])

    def create_index(
        self, keys: Iterable[tuple[str, int]], *, unique: bool = False, partial: bool = False, name: str = ""
    ) -> str:
        """Create an index and return its name; nothing changes if it is there.

        Parameters
        ----------
        keys : iterable of (str, int)
            Fields, each with 1 for ascending or -1 for descending.
        unique : bool
            Refuse two documents with the same keys.
        partial : bool
            Leave out documents that lack one of the fields, so that it refuses none of them, and serves only
            queries that find none of them. A field that is null is there.
        name : str
            Its name; made of the keys if left out.

        Raises
        ------
        LimitReached, TooManyIndexes, CapacityExhausted
            The organization, its collection, or the cluster has as many as it may; nothing changed.
        pymongo.errors.DuplicateKeyError
            Two documents have the same keys; nothing changed.
        pymongo.errors.OperationFailure
            The name or the keys are another index's, or it was not ready in time; nothing changed.
        """
        index = indexes.model(keys, unique=unique, partial=partial, name=name)
        return indexing.create(self._fence, index)

    def drop_index(self, name: str) -> None:
        """Drop an index.

        Raises
        ------
        pymongo.errors.OperationFailure
            There is none of that name (code 27), or it is the one on `_id`; nothing changed.
        """
        indexing.drop(self._fence, name)


def collection(caller: Caller) -> TenantCollection:
    """Open the collection of the caller's organization.

    Parameters
    ----------
    caller : Caller
        Whom the request's token speaks for; see `tenantry.http.callers.Viewer` and `Reader`.
    """
    return TenantCollection(caller.organization_id, caller.organization)
