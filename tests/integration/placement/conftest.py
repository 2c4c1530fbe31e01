"""A second cluster, started for these tests only."""

import json
from collections.abc import Iterator

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.mongodb import running_server


@pytest.fixture(scope="session")
def second_server() -> Iterator[MongoClient[Document]]:
    """A client of a second replica set."""
    with running_server() as client:
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
