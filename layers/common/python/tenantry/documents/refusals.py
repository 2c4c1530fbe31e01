"""What the server refuses because of the request, told from what is wrong with the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pymongo
from pymongo.errors import DuplicateKeyError, OperationFailure

from tenantry.errors import DocumentExists, QueryRefused, QueryTooSlow

QUERY_TIMEOUT_SECONDS: Final = 3  # less than a request has, which goes on to look at the organization

_MAX_TIME_EXPIRED: Final = 50
_REFUSED: Final = {
    2,  # BadValue
    9,  # FailedToParse
    14,  # TypeMismatch
    292,  # QueryExceededMemoryLimitNoDiskUseAllowed
    51091,  # a regular expression that does not compile
}


@contextmanager
def of_write() -> Iterator[None]:
    """Raise DocumentExists where a unique index refuses a document."""
    try:
        yield
    except DuplicateKeyError:
        raise DocumentExists from None


@contextmanager
def of_query() -> Iterator[None]:
    """Bound the time of a query, and raise QueryTooSlow or QueryRefused where another attempt cannot help."""
    try:
        with pymongo.timeout(QUERY_TIMEOUT_SECONDS):
            yield
    except OperationFailure as error:
        if error.code == _MAX_TIME_EXPIRED:
            raise QueryTooSlow from None
        if error.code in _REFUSED:
            raise QueryRefused from None
        raise
