"""Clients of MongoDB servers, kept across invocations as long as servers accept their connection strings.

Passwords are rotated and wrong connection strings corrected while an execution environment lives. So once a
failure says that a connection string may be outdated, the next operation reads it again and opens another
client: at most once a minute, whatever the outage.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import ConfigurationError, OperationFailure, ServerSelectionTimeoutError

from tenantry.errors import ServiceUnavailable
from tenantry.runtime import server_errors
from tenantry.runtime.observability import watches_failures

REQUEST_TIMEOUT_SECONDS: Final = 5  # of all operations together, the search for a primary included
CONNECT_TIMEOUT_MS: Final = 3_000
MAX_IDLE_TIME_MS: Final = 60_000  # an execution environment is frozen between invocations
MAX_POOL_SIZE: Final = 4  # a function answers one request at a time, which reads beside its transaction
REOPEN_SECONDS: Final = 60
OUTDATED_CODES: Final = {
    server_errors.UNAUTHORIZED,
    server_errors.AUTHENTICATION_FAILED,
    server_errors.MECHANISM_UNAVAILABLE,
    server_errors.ATLAS_ERROR,
}

_last_failure: Final = {"at": 0.0}  # when an error last said that a connection string may be outdated


class CachedClient:
    """The process's one client of a cluster.

    Parameters
    ----------
    read_uri : callable
        Returns the connection string as it is now, or raises ServiceUnavailable.
    """

    def __init__(self, read_uri: Callable[[], str]) -> None:
        self._read_uri = read_uri
        self._client: MongoClient[dict[str, Any]] | None = None
        self._read_at = 0.0
        self._opening = threading.Lock()  # or concurrent first calls would each open a client

    def get(self) -> MongoClient[dict[str, Any]]:
        """Return the client; it connects with the first operation.

        Raises
        ------
        ServiceUnavailable
            There is no client yet, and no usable connection string; nothing was sent.
        """
        with self._opening:
            if self._client is None:
                self._client = self._open()
            elif self._may_be_outdated():
                self._reopen(self._client)
            return self._client

    def close(self) -> None:
        """Close the client; the next operation opens another."""
        with self._opening:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _may_be_outdated(self) -> bool:
        return _last_failure["at"] >= self._read_at + REOPEN_SECONDS

    def _open(self) -> MongoClient[dict[str, Any]]:
        self._read_at = time.time()
        try:
            return connect(self._read_uri())
        except (ConfigurationError, OSError, ValueError) as error:
            raise ServiceUnavailable from error

    def _reopen(self, outdated: MongoClient[dict[str, Any]]) -> None:
        with suppress(ServiceUnavailable):  # then the client that there is may still do
            self._client = self._open()
            outdated.close()


@watches_failures
def note_failure(error: BaseException) -> None:
    """Let clients read their connection strings again if the error may come from an outdated one."""
    if isinstance(error, ServerSelectionTimeoutError) or (
        isinstance(error, OperationFailure) and error.code in OUTDATED_CODES
    ):
        _last_failure["at"] = time.time()


def connect(uri: str) -> MongoClient[dict[str, Any]]:
    """Make a client whose writes wait for the majority, and whose reads see only what the majority has.

    With less, a failover has been seen to undo acknowledged renames. Only `counters` asks for less.

    Raises
    ------
    pymongo.errors.ConfigurationError, ValueError
        The text is no connection string, or DNS does not know the cluster that it names.
    OSError
        It names a file that cannot be read, such as one of certificates.
    """
    return MongoClient(
        uri,
        appname=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "tenantry"),
        connect=True,  # or in Lambda, the driver looks mongodb+srv up with the first operation
        connectTimeoutMS=CONNECT_TIMEOUT_MS,
        datetime_conversion="DATETIME_AUTO",  # tenants may store what Python's datetime cannot hold
        maxIdleTimeMS=MAX_IDLE_TIME_MS,
        maxPoolSize=MAX_POOL_SIZE,
        readConcernLevel="majority",
        retryReads=True,
        retryWrites=True,
        serverSelectionTimeoutMS=REQUEST_TIMEOUT_SECONDS * 1000,
        timeoutMS=REQUEST_TIMEOUT_SECONDS * 1000,
        tz_aware=True,
        uuidRepresentation="standard",
        w="majority",
    )
