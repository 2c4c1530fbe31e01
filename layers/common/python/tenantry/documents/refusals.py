"""What the server refuses because of the request, told from what is wrong with the server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from tenantry import database
from tenantry.errors import DocumentExists, DocumentRefused, QueryRefused, QueryTooSlow, TenantryError

QUERY_TIMEOUT_SECONDS: Final = 3  # less than a request has, which goes on to look at the organization

_BY_INDEXES: Final[Mapping[int | None, type[TenantryError]]] = {
    11000: DocumentExists,
    171: DocumentRefused,  # CannotIndexParallelArrays
}
_REFUSED: Final = {
    2,  # BadValue
    9,  # FailedToParse
    14,  # TypeMismatch
    292,  # QueryExceededMemoryLimitNoDiskUseAllowed
    16746,  # sorting by a number that is both an index of an array and a name in it
    51091,  # a regular expression that does not compile
}


def of_document(code: int | None) -> TenantryError | None:
    """Return why an index refuses a document, or None if the server's error says something else."""
    refusal = _BY_INDEXES.get(code)
    return refusal() if refusal else None


@contextmanager
def of_write() -> Iterator[None]:
    """Raise DocumentExists or DocumentRefused where an index refuses a document."""
    try:
        yield
    except OperationFailure as error:
        raise of_document(error.code) or error from None


@contextmanager
def of_query() -> Iterator[None]:
    """Bound the time of a query, and raise QueryTooSlow or QueryRefused where another attempt cannot help.

    The driver's deadline is the server's, so either of them may notice first that the time is over. It is the
    query that is slow if the server answers something else at once.
    """
    try:
        with pymongo.timeout(QUERY_TIMEOUT_SECONDS):
            yield
    except PyMongoError as error:
        if error.timeout:
            database.ping()
            raise QueryTooSlow from None
        if isinstance(error, OperationFailure) and error.code in _REFUSED:
            raise QueryRefused from None
        raise
