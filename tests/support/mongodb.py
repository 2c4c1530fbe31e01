"""The MongoDB server of tests: what `MONGOD` or `MONGODB_URI` names, or else the bundled one."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from local.mongod import running_mongod
from local.mongod_programs import mongod_binary
from local.processes import free_port
from tests.support.databases import Document
from tests.support.directories import data_directory

EXTERNAL_URI = os.environ.get("MONGODB_URI")


def own_mongod() -> Path:
    """Return the program of a server that tests start, kill and make fail; skip the test if there is none."""
    require_own_server()
    binary = mongod_binary()
    assert binary is not None, "the bundled mongod does not run on this machine; `make install` installs it"
    return binary


def require_own_server() -> None:
    """Skip the test if it runs on a server that is not the tests' own."""
    if EXTERNAL_URI:
        pytest.skip("starts, configures or kills its server, which is not done to that of MONGODB_URI")


@contextlib.contextmanager
def running_server() -> Iterator[MongoClient[Document]]:
    """Run a replica set that allows fail points for the length of a ``with`` block; yields a client of it."""
    with (
        data_directory() as directory,
        running_mongod(own_mongod(), Path(directory) / "data", free_port(), test_commands=True) as (_, uri),
        MongoClient[Document](uri, tz_aware=True, uuidRepresentation="standard") as client,
    ):
        yield client
