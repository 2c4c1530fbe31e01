"""The MongoDB server of the local stack: the user's, the bundled one or the stand-in; and its databases."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from local.errors import LocalStackError
from local.mongod import running_mongod
from local.mongod_programs import data_of, version_of
from local.processes import Child, run_to_end
from local.secantus import WARNING, running_secantus

_REACHABLE_MILLISECONDS = 5000


@dataclass(frozen=True)
class MongoDB:
    """A server to use.

    Parameters
    ----------
    children
        The processes started, none for an external server.
    uri
        Connection string.
    server
        Name, version and origin, for people.
    """

    children: list[Child]
    uri: str
    server: str


@contextlib.contextmanager
def running_mongodb(
    state: Path, port: int, external_uri: str | None, binary: Path | None, warn: Callable[[str], None]
) -> Iterator[MongoDB]:
    """Provide a MongoDB server for the length of a ``with`` block.

    Parameters
    ----------
    state
        Directory of the local stack; the data are kept below it.
    port
        Port of a server that is started here.
    external_uri
        Connection string of a server to use instead of starting one.
    binary
        The ``mongod`` to start; None if the stand-in has to be used.
    warn
        Called with a sentence when the stand-in has to be used.

    Yields
    ------
    MongoDB
        The server, which accepts writes.
    """
    if external_uri:
        yield MongoDB([], external_uri, f"MongoDB {_version_of_replica_set(external_uri)} (MONGODB_URI)")
        return
    if binary:
        version = ".".join(map(str, version_of(binary) or ()))
        running, name = running_mongod(binary, data_of(binary, state), port), f"MongoDB {version} ({binary})"
    else:
        warn(WARNING)
        running, name = running_secantus(state / "secantus", port), "SecantusDB"
    with running as (child, uri):
        yield MongoDB([child], uri, name)


def set_up_databases(uri: str, names: Mapping[str, str], log: Path) -> None:
    """Run ``tenantry setup-database`` as before a deployment to AWS; ``/health/ready`` is red without it.

    Parameters
    ----------
    uri
        Connection string of the functions; users of its server are not looked at, so roles are left out.
    names
        The databases, by the environment variables that name them.
    log
        Where the output goes.

    Raises
    ------
    LocalStackError
        With the end of the output when the command fails.
    """
    program = str(Path(sys.executable).with_name("tenantry"))
    environment = {**os.environ, **names, "MONGODB_URI": uri}
    run_to_end("tenantry setup-database", [program, "setup-database", "--no-roles"], log, environment)


def _version_of_replica_set(uri: str) -> str:
    try:
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=_REACHABLE_MILLISECONDS) as client:
            hello = client.admin.command("hello")
            version = client.server_info()["version"]
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
    return str(version)
