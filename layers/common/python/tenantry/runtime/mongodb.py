"""The master database: its client and collections, and how commands and transactions run."""

from collections.abc import Callable
from contextvars import Context
from functools import wraps
from typing import Any, Concatenate, Final

import pymongo
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import WriteConcernError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from tenantry.runtime import process
from tenantry.runtime.clients import REOPEN_SECONDS, REQUEST_TIMEOUT_SECONDS, CachedClient
from tenantry.runtime.secrets import read_secret
from tenantry.runtime.settings import settings

ABORT_SECONDS: Final = 1  # besides the time that a transaction has

Document = dict[str, Any]


def _uri() -> str:
    configured = settings()
    return configured.mongodb_uri or read_secret(configured.mongodb_uri_secret_arn, max_age=REOPEN_SECONDS)


_main: Final = CachedClient(_uri)
_collections: Final[dict[str, Collection[Any]]] = {}  # as they were last asked for


def client() -> MongoClient[Document]:
    """Return the process's one client of the master's cluster; it connects with the first operation.

    Raises
    ------
    ServiceUnavailable
        The connection string cannot be read, or is malformed; nothing was sent.
    """
    return _main.get()


@process.forgets
def close() -> None:
    """Close the client; the next operation opens another."""
    _main.close()
    _collections.clear()


def master() -> Database[Document]:
    """Return the database of all that is not a tenant's data: organizations, accounts, sessions, keys."""
    return client()[settings().master_database]


def ping() -> None:
    """Ask the server for an answer.

    Raises
    ------
    pymongo.errors.PyMongoError
        It gives none.
    """
    master().command("ping")


def collection(name: str) -> Collection[Any]:
    """Return a collection of the master database.

    The module that describes its documents gives it their type, in a function of the collection's name.
    """
    database = settings().master_database
    connected, known = client(), _collections.get(name)
    if known is None or known.database.client is not connected or known.database.name != database:
        known = _collections[name] = connected[database][name]
    return known


def run_majority_command(database: Database[Document], command: Document) -> Document:
    """Run an administrative command that the majority must have; the driver does not retry it.

    Raises
    ------
    pymongo.errors.OperationFailure
        The server refused; nothing changed.
    pymongo.errors.WriteConcernError, pymongo.errors.ConnectionFailure
        Outcome unknown: it may have happened, and may yet be undone by a failover.
    """
    reply: Document = database.command(
        command | {"writeConcern": {"w": "majority"}}, codec_options=database.codec_options
    )
    if failure := reply.get("writeConcernError"):
        raise WriteConcernError(failure.get("errmsg", "write concern failed"), failure.get("code"), reply)
    return reply


def run_transaction[Result](
    callback: Callable[[ClientSession], Result], on: MongoClient[Document] | None = None
) -> Result:
    """Run a callback in a transaction, again as often as it meets a transient conflict, and commit it.

    The read concern is `local` because no other allows a transaction to create a collection; what it reads
    is a snapshot all the same, and the commit waits for the majority.

    Parameters
    ----------
    callback : callable
        Takes the session; may run several times.
    on : MongoClient, optional
        Where, if not on the master's cluster.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown: the transaction has happened wholly or not at all.
    """

    def run(session: ClientSession) -> Result:
        try:
            return callback(session)
        except BaseException:
            if session.in_transaction:
                Context().run(_abort, session)  # where no time limit counts that may be over
            raise

    # The client's own timeout counts for each attempt anew, and the locks of a dead client stay for 60 s.
    with pymongo.timeout(REQUEST_TIMEOUT_SECONDS), (on or client()).start_session() as session:
        return session.with_transaction(
            run, read_concern=ReadConcern("local"), write_concern=WriteConcern("majority")
        )


def _abort(session: ClientSession) -> None:
    """Let the server forget a transaction and its locks.

    pymongo does so in the time that remains of `pymongo.timeout`. If none remains, it leaves the locks to the
    server, which keeps them for a minute. Drivers ought to begin that time anew:
    https://github.com/mongodb/specifications/blob/master/source/client-side-operations-timeout/client-side-operations-timeout.md#convenient-transactions-api
    """
    with pymongo.timeout(ABORT_SECONDS):
        session.abort_transaction()


def in_transaction[**Arguments, Result](
    function: Callable[Concatenate[ClientSession, Arguments], Result],
) -> Callable[Arguments, Result]:
    """Decorate a function so that each call is a transaction of the master's cluster.

    Its first parameter is the session, which callers do not pass. As of `run_transaction`, it may run
    several times, and a driver's error leaves the outcome unknown: all of it, or nothing.
    """

    @wraps(function)
    def transaction(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        return run_transaction(lambda session: function(session, *args, **kwargs))

    return transaction
