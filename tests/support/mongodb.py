"""The MongoDB servers that tests start: the one that `MONGOD` names, or else the bundled one."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pymongo import MongoClient

from local.mongod import running_mongod
from local.mongod_programs import mongod_binary
from local.processes import free_port
from tests.support.databases import Document
from tests.support.directories import data_directory
from tests.support.newer_mongodb import answering_as_configured
from tests.support.own_server import require_own_server


def own_mongod() -> Path:
    """Return the program of a server that tests start, kill and make fail; skip the test if there is none."""
    require_own_server()
    binary = mongod_binary()
    assert binary is not None, "the bundled mongod does not run on this machine; `make install` installs it"
    return binary


@contextlib.contextmanager
def running_server() -> Iterator[MongoClient[Document]]:
    """Run a replica set that allows fail points for the length of a ``with`` block; yields a client of it."""
    with (
        data_directory() as directory,
        running_mongod(own_mongod(), Path(directory) / "data", free_port(), test_commands=True) as (_, uri),
        answering_as_configured(uri) as answering_uri,
        MongoClient[Document](answering_uri, tz_aware=True, uuidRepresentation="standard") as client,
    ):
        yield client
