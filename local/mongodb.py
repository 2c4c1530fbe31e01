"""Choose the MongoDB server of the local stack: the user's own, the bundled one, or the stand-in."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from local.errors import LocalStackError
from local.mongod import mongod_binary, running_mongod
from local.processes import Child
from local.secantus import WARNING, running_secantus

_REACHABLE_MILLISECONDS = 5000


@contextlib.contextmanager
def running_mongodb(
    state: Path, port: int, external_uri: str | None, warn: Callable[[str], None]
) -> Iterator[tuple[list[Child], str]]:
    """Provide a MongoDB server for the length of a ``with`` block.

    Parameters
    ----------
    state
        Directory of the local stack; the data are kept below it.
    port
        Port of a server that is started here.
    external_uri
        Connection string of a server to use instead of starting one.
    warn
        Called with a sentence when the stand-in has to be used.

    Yields
    ------
    tuple[list[Child], str]
        The processes started, none for an external server, and the connection string.
    """
    if external_uri:
        _require_replica_set(external_uri)
        yield [], external_uri
        return
    binary = mongod_binary()
    if binary:
        server = running_mongod(binary, state / "mongodb", port)
    else:
        warn(WARNING)
        server = running_secantus(state / "secantus", port)
    with server as (child, uri):
        yield [child], uri


def _require_replica_set(uri: str) -> None:
    try:
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=_REACHABLE_MILLISECONDS) as client:
            hello = client.admin.command("hello")
    except PyMongoError as error:
        reason = str(error).partition(" (configured")[0]
        raise LocalStackError(
            f"No MongoDB answers at MONGODB_URI: {reason}. Without that variable, one is started."
        ) from None
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise LocalStackError(
            "MONGODB_URI names a standalone server. Tenantry needs transactions: use a replica set "
            "or a sharded cluster."
        )
