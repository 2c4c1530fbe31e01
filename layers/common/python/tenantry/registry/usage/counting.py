"""How many requests organizations send, counted in memory and written now and then.

A request counts for the organization that its token is for, unless it is refused because of the
organization's rate or answered 5xx. An execution environment writes what it has counted at the end of a
request: of the first one, of the first one a minute later, and so on, and whenever `MOST_UNWRITTEN` have been
counted. An environment that ends takes along what it has counted since it wrote last, which is in the
tenant's favour: fewer requests than `MOST_UNWRITTEN`, all of one minute.
"""

import time
from collections import Counter
from contextvars import ContextVar
from http import HTTPStatus
from threading import Lock
from typing import Final

import pymongo
from pymongo import UpdateOne
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from tenantry.errors import TenantryError
from tenantry.registry.usage import document, months
from tenantry.runtime import process
from tenantry.runtime.observability import log_failure

WRITE_EVERY_SECONDS: Final = 60
MOST_UNWRITTEN: Final = 100
TIMEOUT_SECONDS: Final = 2  # whoever sent the request waits meanwhile

_Unwritten = Counter[tuple[str, str]]  # by organization and month

_organization: Final = ContextVar[str | None]("organization_of_request", default=None)


class _Tally:
    """What this process has counted and not written."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._unwritten: _Unwritten = Counter()
        self._written_at: float | None = None

    def add(self, organization_id: str, month: str) -> _Unwritten:
        """Count a request; return what is to be written now, which is no longer in the tally."""
        with self._lock:
            self._unwritten[organization_id, month] += 1
            if not self._is_due():
                return Counter()
            self._written_at = time.monotonic()
            unwritten, self._unwritten = self._unwritten, Counter()
            return unwritten

    def forget(self) -> None:
        with self._lock:
            self._unwritten.clear()
            self._written_at = None

    def _is_due(self) -> bool:
        if self._written_at is None or self._unwritten.total() >= MOST_UNWRITTEN:
            return True
        return time.monotonic() - self._written_at >= WRITE_EVERY_SECONDS


_tally: Final = _Tally()
process.forgets(_tally.forget)


def withdraw() -> str | None:
    """Forget which organization the present request counts for, and return it."""
    noted = _organization.get()
    _organization.set(None)
    return noted


def note(organization_id: str) -> None:
    """Note which organization the present request counts for."""
    _organization.set(organization_id)


def count(status: int) -> None:
    """Count the present request, if it counts, once its answer is known; maybe write what has been counted.

    What cannot be written is logged and lost: written again, it might count twice.

    Parameters
    ----------
    status : int
        Of the answer.
    """
    organization_id = withdraw()
    if organization_id is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    if unwritten := _tally.add(organization_id, months.present()):
        try:
            _write(unwritten)
        except (PyMongoError, TenantryError) as error:
            log_failure("Requests were not counted", error, requests=unwritten.total())


def _write(unwritten: _Unwritten) -> None:
    statements = [
        UpdateOne(
            {"_id": document.id_of(*key)},
            {"$inc": {"requests": number}, "$setOnInsert": document.identifying(*key)},
            upsert=True,
        )
        for key, number in unwritten.items()
    ]
    with pymongo.timeout(TIMEOUT_SECONDS):
        document.usage().with_options(write_concern=WriteConcern(1)).bulk_write(statements, ordered=False)
