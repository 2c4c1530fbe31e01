"""What the server refuses because of the request, told from what is wrong with the server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from tenantry.errors import (
    AnswerTooLarge,
    DocumentExists,
    DocumentRefused,
    IndexRefused,
    QueryRefused,
    QueryTooSlow,
    TenantryError,
    ValidationFailed,
)
from tenantry.runtime import mongodb, server_errors
from tenantry.runtime.mongodb import Document
from tenantry.tenants import TenantCollection

QUERY_TIMEOUT_SECONDS: Final = 3  # less than a request has, which goes on to look at the organization
ID_INDEX: Final = "_id_"

_BEFORE_INDEX: Final = " index: "
_AFTER_INDEX: Final = (" dup key: ", " collation: ")  # the latter if the index has one
_OF_INDEXES: Final[dict[int | None, str]] = {
    server_errors.CANNOT_INDEX_PARALLEL_ARRAYS: "only one of its fields may hold an array",
    server_errors.AMBIGUOUS_PATH: (
        "a number in a path is the position of an item and a name in that item at the same time"
    ),
    server_errors.TRANSACTION_TOO_LARGE_FOR_CACHE: "it would have too many entries, or too long ones",
}
_CONFLICT: Final = "another index has this name, or the same fields; drop that first"
_OF_QUERIES: Final = {
    server_errors.BAD_VALUE,
    server_errors.FAILED_TO_PARSE,
    server_errors.TYPE_MISMATCH,
    server_errors.QUERY_EXCEEDED_MEMORY_LIMIT,
    server_errors.AMBIGUOUS_PATH,
    server_errors.INVALID_REGULAR_EXPRESSION,
}


def of_document(collection: TenantCollection, failure: Mapping[str, Any]) -> TenantryError | None:
    """Return why an index or a validator refuses a document, or None if the error says something else.

    Parameters
    ----------
    collection : TenantCollection
        Where the document was to be; asked for its indexes if the server does not say which one it is.
    failure : mapping
        `code` and `errmsg` of the server's reply, or of one of its write errors.
    """
    code = failure.get("code")
    if code == server_errors.DOCUMENT_VALIDATION_FAILURE:
        return ValidationFailed()
    if code == server_errors.DUPLICATE_KEY:
        return _exists(str(failure.get("errmsg", "")))
    if code not in _OF_INDEXES:
        return None
    names = [index["name"] for index in collection.list_indexes() if _may_refuse(index, code)]
    return DocumentRefused(f"{_named(names)} cannot hold the document: {_OF_INDEXES[code]}.", indexes=names)


def _named(names: list[str]) -> str:
    match names:
        case []:
            return "An index that was being built"
        case [name]:
            return f"The index {name}"
        case _:
            return f"One of the indexes {', '.join(names)}"


def _exists(message: str) -> DocumentExists:
    name = _index_in(message)
    if name == ID_INDEX:
        return of_id()
    detail = f"Another document has the same values in the fields of the unique index {name}."
    return DocumentExists(detail, indexes=[name])


def _index_in(message: str) -> str:
    """Return the name of the index that a duplicate is refused by; nothing else in the reply tells it."""
    rest = message.partition(_BEFORE_INDEX)[2]
    ends = [position for end in _AFTER_INDEX if (position := rest.find(end)) >= 0]
    return rest[: min(ends)] if ends else ID_INDEX


def of_id() -> DocumentExists:
    """Return the error of a document whose id is taken."""
    return DocumentExists(indexes=[ID_INDEX])


def _may_refuse(index: Document, code: Any) -> bool:
    if code == server_errors.AMBIGUOUS_PATH:
        return any(name.isdigit() for path in index["key"] for name in path.split("."))
    return len(index["key"]) > 1


@contextmanager
def of_write(collection: TenantCollection) -> Iterator[None]:
    """Raise why a document cannot be stored where an index or a validator refuses it."""
    try:
        yield
    except OperationFailure as error:
        raise of_document(collection, {"code": error.code, **(error.details or {})}) or error from None


def of_index(name: str, error: OperationFailure) -> TenantryError | None:
    """Return why an index cannot be created, or None if the server's error says something else.

    Parameters
    ----------
    name : str
        The index's.
    error : OperationFailure
        The server's. A code without a name ("Location...") is about what was sent or what is stored, too:
        https://github.com/mongodb/mongo/blob/master/docs/exception_architecture.md
    """
    reasons = _OF_INDEXES | {
        server_errors.DUPLICATE_KEY: "two documents have the same values in these fields",
        server_errors.MAX_TIME_EXPIRED: "there are too many documents to index them within a request",
        server_errors.INDEX_OPTIONS_CONFLICT: _CONFLICT,
        server_errors.INDEX_KEY_SPECS_CONFLICT: _CONFLICT,
    }
    reason = reasons.get(error.code)
    if reason is None and str((error.details or {}).get("codeName")).startswith("Location"):
        reason = "MongoDB cannot index these documents like this"
    return IndexRefused(f"The index {name} cannot be: {reason}.", indexes=[name]) if reason else None


@contextmanager
def of_query() -> Iterator[None]:
    """Bound the time of a query, and raise a problem of the request where another attempt cannot help.

    The driver's deadline is the server's, so either of them may notice first that the time is over. It is the
    query that is slow if the server answers something else at once.

    Raises
    ------
    QueryTooSlow, QueryRefused, AnswerTooLarge
    """
    try:
        with pymongo.timeout(QUERY_TIMEOUT_SECONDS):
            yield
    except PyMongoError as error:
        if error.timeout:
            mongodb.ping()
            raise QueryTooSlow from None
        if isinstance(error, OperationFailure) and error.code == server_errors.BSON_OBJECT_TOO_LARGE:
            raise AnswerTooLarge from None
        if isinstance(error, OperationFailure) and error.code in _OF_QUERIES:
            raise QueryRefused from None
        raise
