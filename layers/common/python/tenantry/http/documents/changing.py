"""Replacing, patching and deleting one document, if it still is as the client has seen it."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import bson

from tenantry.errors import DocumentNotFound, InvalidFields, PreconditionFailed
from tenantry.http.documents import refusals
from tenantry.http.documents.rules import check_document, merge_patch, without_id
from tenantry.http.preconditions import Holds
from tenantry.language import extended_json
from tenantry.runtime.mongodb import Document
from tenantry.tenants import TenantCollection


def version_of(document: Document) -> str:
    """Return a digest of a document, which is another one whenever the document is."""
    return hashlib.sha256(bson.encode(document, codec_options=extended_json.CODEC_OPTIONS)).hexdigest()[:32]


class Put(NamedTuple):
    """A document that was stored, and whether there was none of its id before."""

    document: Document
    is_created: bool


def put(collection: TenantCollection, document_id: Any, document: Any, holds: Holds) -> Put:
    """Store a document under an id, in the place of the one that has it, if any.

    Raises
    ------
    InvalidFields, PayloadTooLarge, PreconditionFailed, DocumentExists, LimitReached
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: it is stored, or nothing changed.
    """
    check_document(document)
    _check_id(document, document_id)
    stored = {"_id": document_id, **without_id(document)}
    is_created = False

    def change(current: Document | None) -> Document:
        nonlocal is_created
        is_created = current is None
        _check_version(current, holds)
        return stored

    _modify(collection, document_id, change)
    return Put(stored, is_created)


def patch(collection: TenantCollection, document_id: Any, changes: Any, holds: Holds) -> Document:
    """Change a document by a JSON merge patch (RFC 7396), and return it.

    Raises
    ------
    DocumentNotFound, InvalidFields, PayloadTooLarge, PreconditionFailed, DocumentExists, LimitReached
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: all is changed, or nothing.
    """
    if not isinstance(changes, dict):
        raise InvalidFields.of("body", "must be an object")
    _check_id(changes, document_id)
    patched: Document = {}

    def change(current: Document | None) -> Document:
        nonlocal patched
        if current is None:  # before any precondition (RFC 9110 section 13.2.1)
            raise DocumentNotFound
        _check_version(current, holds)
        patched = merge_patch(current, changes)
        check_document(patched)
        return patched

    _modify(collection, document_id, change)
    return patched


def delete(collection: TenantCollection, document_id: Any, holds: Holds) -> None:
    """Delete a document.

    Raises
    ------
    DocumentNotFound, PreconditionFailed
        Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: it is deleted, or nothing changed.
    """

    def change(current: Document | None) -> None:
        if current is None:
            raise DocumentNotFound
        _check_version(current, holds)

    _modify(collection, document_id, change)


def _check_id(document: Document, document_id: Any) -> None:
    if version_of({"_id": document.get("_id", document_id)}) != version_of({"_id": document_id}):
        raise InvalidFields.of("_id", "must be the id in the URL, or be left out")


def _check_version(current: Document | None, holds: Holds) -> None:
    if not holds(version_of(current) if current is not None else None):
        raise PreconditionFailed


def _modify(
    collection: TenantCollection, document_id: Any, change: Callable[[Document | None], Document | None]
) -> None:
    with refusals.of_write(collection):
        collection.modify_one(document_id, change)
