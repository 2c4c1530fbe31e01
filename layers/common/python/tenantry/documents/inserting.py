"""Storing documents that clients send."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import bson
from pymongo.errors import BulkWriteError

from tenantry import database, extended_json
from tenantry.database import Document
from tenantry.documents import refusals
from tenantry.documents.rules import check_document, without_id
from tenantry.errors import DocumentExists, NotAttempted, TenantryError
from tenantry.tenants import TenantCollection

MAX_REFUSED: Final = 100  # each costs a transaction, and a request has 5 s

Outcome = Document | TenantryError
"""A stored document, or why it was not stored."""


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


def insert_many(mine: TenantCollection, documents: Sequence[Any], *, ordered: bool) -> list[Outcome]:
    """Insert documents and tell of each what became of it.

    Parameters
    ----------
    mine : TenantCollection
        The caller's.
    documents : sequence
        Decoded documents, or the errors that decoding them met.
    ordered : bool
        Whether the first one that is refused ends it, so that those after it are not attempted. If not, the
        rest is not attempted either once unique indexes have refused `MAX_REFUSED` of them.

    Returns
    -------
    list of dict or TenantryError
        In the same order: the stored document, or why it was not stored.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown: any of them may be stored; repeating it with the same `_id`s tells.
    """
    outcomes = _without_existing(mine, [_checked(document) for document in documents])
    waiting = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, dict)]
    if ordered:
        waiting = waiting[: _first_error(outcomes)]
    for refused, (index, error) in enumerate(_insert_until_refused(mine, outcomes, waiting), 1):
        outcomes[index] = error
        if ordered or refused == MAX_REFUSED:
            return _without_unattempted(outcomes, index)
    return _without_unattempted(outcomes, _first_error(outcomes)) if ordered else outcomes


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
    return {"_id": document.get("_id", database.random_object_id()), **without_id(document)}


def _insert_until_refused(
    mine: TenantCollection, documents: Sequence[Any], waiting: list[int]
) -> Iterator[tuple[int, TenantryError]]:
    """Insert documents; yield the index of each refused one and why, and go on behind it when asked to."""
    while waiting:
        refused = _first_refused(mine, [documents[index] for index in waiting])
        if refused is None:
            return
        position, error = refused
        # A transaction is all or nothing, so those before the refused one are inserted by themselves.
        yield from _insert_until_refused(mine, documents, waiting[:position])
        yield waiting[position], error
        waiting = waiting[position + 1 :]


def _first_refused(mine: TenantCollection, documents: list[Document]) -> tuple[int, TenantryError] | None:
    """Insert all documents, or none, and then return the position of the first refused one and why."""
    try:
        mine.insert_many(documents)
    except BulkWriteError as error:
        (failure,) = error.details["writeErrors"]
        refusal = refusals.of_document(failure["code"])
        if refusal is None:
            raise
        return failure["index"], refusal
    return None


def _without_existing(mine: TenantCollection, outcomes: list[Outcome]) -> list[Outcome]:
    """Put an error in the place of each document whose id is taken; this finds most of the refused ones."""
    ids = [outcome["_id"] for outcome in outcomes if isinstance(outcome, dict)]
    found = mine.find({"_id": {"$in": ids}}, {"_id": 1}, limit=len(ids)) if ids else []
    taken = {_key(document) for document in found}
    return [
        DocumentExists() if isinstance(outcome, dict) and _key(outcome) in taken else outcome
        for outcome in outcomes
    ]


def _key(document: Document) -> bytes:
    return bson.encode({"_id": document["_id"]}, codec_options=extended_json.CODEC_OPTIONS)


def _first_error(outcomes: list[Outcome]) -> int:
    return next(
        (index for index, outcome in enumerate(outcomes) if isinstance(outcome, TenantryError)), len(outcomes)
    )


def _without_unattempted(outcomes: list[Outcome], last: int) -> list[Outcome]:
    """Put an error in the place of each document behind the last one that was attempted."""
    return [
        NotAttempted() if index > last and isinstance(outcome, dict) else outcome
        for index, outcome in enumerate(outcomes)
    ]
