"""A second cluster, started for these tests only."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from local.mongod import mongod_binary, running_mongod
from local.processes import free_port
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.directories import data_directory


@pytest.fixture(scope="session")
def second_server() -> Iterator[MongoClient[Document]]:
    """A client of a second replica set."""
    binary = mongod_binary()
    assert binary is not None, "the bundled mongod does not run on this machine"
    with (
        data_directory() as directory,
        running_mongod(binary, Path(directory) / "data", free_port(), test_commands=True) as (_, uri),
        MongoClient[Document](uri, tz_aware=True, uuidRepresentation="standard") as client,
    ):
        yield client


@pytest.fixture
def second(
    second_server: MongoClient[Document], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database[Document]]:
    """The tenant database on the cluster `second`."""
    address = second_server.address  # waits for the connection, unlike `nodes`
    assert address is not None
    monkeypatch.setenv(
        "MONGODB_CLUSTERS",
        json.dumps({"second": f"mongodb://{address[0]}:{address[1]}/?replicaSet=tenantry"}),
    )
    library.forget()
    yield second_server[databases.tenants.name]
    second_server.drop_database(databases.tenants.name)
