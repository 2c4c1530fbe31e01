"""Storing documents that clients send."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

import bson
from pymongo.errors import BulkWriteError

from tenantry.errors import IdempotencyKeySpent, LimitReached, NotAttempted, TenantryError
from tenantry.http.documents import refusals
from tenantry.http.documents.rules import check_document, without_id
from tenantry.language import extended_json
from tenantry.runtime import ids
from tenantry.runtime.mongodb import Document
from tenantry.tenants import TenantCollection
from tenantry.tenants.repetitions import Key, Stored

MAX_REFUSED: Final = 100  # each costs a transaction, and a request has 5 s

Outcome = Document | TenantryError
"""A stored document, or why it was not stored."""


def insert(collection: TenantCollection, document: Document, key: Key | None = None) -> Document:
    """Insert one document and return it with its id.

    Parameters
    ----------
    collection : TenantCollection
        The caller's.
    document : dict
        Decoded.
    key : Key, optional
        Repeating the request with it stores nothing twice and returns the same.

    Raises
    ------
    InvalidFields, PayloadTooLarge, DocumentExists, LimitReached
        Nothing changed.
    IdempotencyKeyReused, IdempotencyKeySpent, RequestInFlight
        Nothing changed by this request.
    pymongo.errors.PyMongoError
        Outcome unknown; repeating it with the same `_id` or the same key tells.
    """
    insertion = _Insertion(collection, [_prepared(document)], key)
    insertion.run(ordered=True)
    (outcome,) = insertion.outcomes
    if isinstance(outcome, TenantryError):
        raise outcome
    return outcome


def insert_many(
    collection: TenantCollection, documents: Sequence[Any], *, ordered: bool, key: Key | None = None
) -> list[Outcome]:
    """Insert documents and tell of each what became of it.

    Parameters
    ----------
    collection : TenantCollection
        The caller's.
    documents : sequence
        Decoded documents, or the errors that decoding them met.
    ordered : bool
        Whether the first one that is refused ends it, so that those after it are not attempted. If not, the
        rest is not attempted either once unique indexes have refused `MAX_REFUSED` of them. Those for which
        together the organization has no room are all refused.
    key : Key, optional
        Repeating the request with it stores no document twice, and goes on with those that are not stored.

    Returns
    -------
    list of dict or TenantryError
        In the same order: the stored document, or why it was not stored.

    Raises
    ------
    IdempotencyKeyReused
        Nothing changed.
    RequestInFlight
        Another request with the key is at it; repeating it tells what has become of each.
    pymongo.errors.PyMongoError
        Outcome unknown: any of them may be stored; repeating it with the same `_id`s or the same key tells.
    """
    insertion = _Insertion(collection, [_checked(document) for document in documents], key)
    insertion.refuse_existing()
    insertion.run(ordered=ordered)
    return insertion.outcomes


def _checked(document: Any) -> Outcome:
    if isinstance(document, TenantryError):
        return document
    try:
        return _prepared(document)
    except TenantryError as error:
        return error


def _prepared(document: Document) -> Document:
    """Check a document, and give it an id in the first place, where the server keeps it."""
    check_document(document)
    return {"_id": document.get("_id", ids.random_object_id()), **without_id(document)}


class _Insertion:
    """The documents of a request on their way into the collection, and what has become of each.

    Parameters
    ----------
    collection : TenantCollection
        The caller's.
    outcomes : list
        Each document with an id, or why it cannot be stored.
    key : Key, optional
        What is stored under it is not stored again.
    """

    def __init__(self, collection: TenantCollection, outcomes: list[Outcome], key: Key | None) -> None:
        self.outcomes = outcomes
        self._collection = collection
        self._repetition = collection.under(key) if key else None
        self._steps, ids = self._repetition.stored() if self._repetition else Stored(0, ())
        self._stored = {index for index, stored in enumerate(ids) if stored is not None}
        for index in self._stored:
            outcomes[index] = {"_id": ids[index], **without_id(self._document(index))}
        self._refuse(self._stored - self._existing(self._stored), IdempotencyKeySpent)

    def refuse_existing(self) -> None:
        """Refuse the documents whose ids are taken, which are most of those that will be."""
        self._refuse(self._existing(self._waiting()), refusals.of_id)

    def run(self, *, ordered: bool) -> None:
        """Insert the documents until the first one is refused, or, without an order, many are."""
        chunks, may_be_refused = [self._waiting()], MAX_REFUSED
        if ordered:
            chunks, may_be_refused = [self._before_first_error()], 1
        while chunks:
            chunk = chunks.pop()
            refusal = self._insert(chunk) if chunk else None
            if refusal is not None:
                position, self.outcomes[chunk[position]] = refusal
                may_be_refused -= 1
                # A transaction is all or nothing, so those before the refused one are inserted by themselves.
                later = [*chunks, chunk[position + 1 :]] if may_be_refused > 0 else []
                chunks = [*later, chunk[:position]]
        self._refuse(self._waiting(), NotAttempted)

    def _insert(self, chunk: list[int]) -> tuple[int, TenantryError] | None:
        """Insert a chunk, or nothing, and then return the position of the first refused one and why."""
        documents = [self._document(index) for index in chunk]
        stored = self._stored.union(chunk)
        try:
            if self._repetition is None:
                self._collection.insert_many(documents)
            else:
                ids = [
                    self._document(index)["_id"] if index in stored else None
                    for index in range(len(self.outcomes))
                ]
                self._repetition.insert(documents, Stored(self._steps + 1, ids))
        except LimitReached as error:
            refused = error  # the name of an exception ends with its clause
            self._refuse(chunk, lambda: refused)
            return None
        except BulkWriteError as error:
            (failure,) = error.details["writeErrors"]
            refusal = refusals.of_document(self._collection, failure)
            if refusal is None:
                raise
            return failure["index"], refusal
        self._stored, self._steps = stored, self._steps + 1
        return None

    def _document(self, index: int) -> Document:
        document = self.outcomes[index]
        assert isinstance(document, dict), "what is stored was accepted"  # noqa: S101
        return document

    def _refuse(self, indexes: Iterable[int], why: Callable[[], TenantryError]) -> None:
        for index in indexes:
            self.outcomes[index] = why()

    def _waiting(self) -> list[int]:
        """Return the indexes of the documents that are neither stored nor refused."""
        return [
            index
            for index, outcome in enumerate(self.outcomes)
            if isinstance(outcome, dict) and index not in self._stored
        ]

    def _before_first_error(self) -> list[int]:
        errors = (
            index
            for index, outcome in enumerate(self.outcomes)
            if isinstance(outcome, TenantryError) and index not in self._stored
        )
        first = next(errors, len(self.outcomes))
        return [index for index in self._waiting() if index < first]

    def _existing(self, indexes: Collection[int]) -> set[int]:
        """Return the indexes of the documents whose ids the collection already has."""
        ids = [self._document(index)["_id"] for index in indexes]
        existing = self._collection.find({"_id": {"$in": ids}}, {"_id": 1}, limit=len(ids)) if ids else []
        taken = {_key(document) for document in existing}
        return {index for index in indexes if _key(self._document(index)) in taken}


def _key(document: Document) -> bytes:
    return bson.encode({"_id": document["_id"]}, codec_options=extended_json.CODEC_OPTIONS)
