"""A MongoDB server for tests that need a further one."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pymongo import MongoClient

from local.mongod import mongod_binary, running_mongod
from local.processes import free_port
from tests.support.databases import Document
from tests.support.directories import data_directory


@contextlib.contextmanager
def running_server() -> Iterator[MongoClient[Document]]:
    """Run a replica set that allows fail points for the length of a ``with`` block; yields a client of it."""
    binary = mongod_binary()
    assert binary is not None, "the bundled mongod does not run on this machine"
    with (
        data_directory() as directory,
        running_mongod(binary, Path(directory) / "data", free_port(), test_commands=True) as (_, uri),
        MongoClient[Document](uri, tz_aware=True, uuidRepresentation="standard") as client,
    ):
        yield client
