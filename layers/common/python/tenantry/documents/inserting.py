"""Storing documents that clients send."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pymongo.errors import BulkWriteError

from tenantry import database
from tenantry.database import Document
from tenantry.documents import refusals
from tenantry.documents.rules import check_document, without_id
from tenantry.errors import DocumentExists, NotAttempted, TenantryError
from tenantry.tenants import TenantCollection

_DUPLICATE_KEY: Final = 11000


def insert(mine: TenantCollection, document: Document) -> Document:
    """Insert one document and return it with its id.

    Raises
    ------
    InvalidFields, PayloadTooLarge, DocumentExists
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeating it with the same `_id` tells.
    """
    stored = _prepared(document)
    with refusals.of_write():
        mine.insert_one(stored)
    return stored


def insert_many(
    mine: TenantCollection, documents: Sequence[Any], *, ordered: bool
) -> list[Document | TenantryError]:
    """Insert documents and tell of each what became of it.

    Parameters
    ----------
    mine : TenantCollection
        The caller's.
    documents : sequence
        Decoded documents, or the errors that decoding them met.
    ordered : bool
        Whether the first one that is refused ends it, so that those after it are not attempted.

    Returns
    -------
    list of dict or TenantryError
        In the same order: the stored document, or why it was not stored.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown: any of them may be stored; repeating it with the same `_id`s tells.
    """
    outcomes = [_checked(document) for document in documents]
    waiting = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, dict)]
    if ordered and len(waiting) < len(outcomes):
        first_refused = next(index for index in range(len(outcomes)) if index not in set(waiting))
        waiting = [index for index in waiting if index < first_refused]
    for index in _insert_until_refused(mine, outcomes, waiting):
        outcomes[index] = DocumentExists()
        if ordered:
            break
    if ordered:
        _mark_not_attempted(outcomes)
    return outcomes


def _checked(document: Any) -> Document | TenantryError:
    if isinstance(document, TenantryError):
        return document
    try:
        return _prepared(document)
    except TenantryError as error:
        return error


def _prepared(document: Document) -> Document:
    """Check a document, and give it an id in the first place, where the server keeps it."""
    check_document(document)
    return {"_id": document.get("_id", database.random_object_id()), **without_id(document)}


def _insert_until_refused(
    mine: TenantCollection, documents: Sequence[Any], waiting: list[int]
) -> Iterator[int]:
    """Insert documents; yield the index of each that exists already, and go on behind it when asked to."""
    while waiting:
        refused = _first_refused(mine, [documents[index] for index in waiting])
        if refused is None:
            return
        # A transaction is all or nothing, so those before the refused one are inserted by themselves.
        yield from _insert_until_refused(mine, documents, waiting[:refused])
        yield waiting[refused]
        waiting = waiting[refused + 1 :]


def _first_refused(mine: TenantCollection, documents: list[Document]) -> int | None:
    """Insert all documents, or none, and then return the index of the first that exists already."""
    try:
        mine.insert_many(documents)
    except BulkWriteError as error:
        (failure,) = error.details["writeErrors"]
        if failure["code"] != _DUPLICATE_KEY:
            raise
        return int(failure["index"])
    return None


def _mark_not_attempted(outcomes: list[Document | TenantryError]) -> None:
    refused = (index for index, outcome in enumerate(outcomes) if isinstance(outcome, TenantryError))
    for index in range(next(refused, len(outcomes)) + 1, len(outcomes)):
        outcomes[index] = NotAttempted()
