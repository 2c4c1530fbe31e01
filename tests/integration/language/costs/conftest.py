"""A MongoDB server that is killed in the end: what looks at no deadline ends with its server only."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient
from pymongo.collection import Collection

from local.mongod import running_mongod
from local.processes import free_port
from tests.integration.http.documents.conftest import Documents
from tests.integration.kinds import parametrize, place
from tests.support.databases import Databases, Document
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod
from tests.support.owners import Owner
from tests.support.reused_databases import ReusedDatabases
from tests.support.service import Service

CLIENT_MILLISECONDS = 20_000


@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    binary = own_mongod()
    with (
        data_directory() as directory,
        running_mongod(binary, Path(directory) / "data", free_port()) as (child, uri),
    ):
        yield uri
        os.killpg(child.pid, signal.SIGKILL)


@pytest.fixture(scope="package")
def server_client(server: str) -> Iterator[MongoClient[Document]]:
    with MongoClient[Document](server, tz_aware=True, uuidRepresentation="standard") as client:
        yield client


@pytest.fixture(scope="package")
def reused_databases(server: str, server_client: MongoClient[Document]) -> ReusedDatabases:
    return ReusedDatabases(server, server_client)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrize(metafunc, lambda name: name.startswith("test_requests."))


@pytest.fixture
def kind(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    return place(getattr(request, "param", "collection"), monkeypatch)


@pytest.fixture
def documents(kind: str, service: Service, owner: Owner) -> Documents:
    return Documents(service, owner)


@pytest.fixture(scope="package")
def stored(server: str) -> Iterator[Collection[dict[str, Any]]]:
    """A collection whose client does not wait for what the server never ends."""
    with MongoClient[dict[str, Any]](server, timeoutMS=CLIENT_MILLISECONDS) as client:
        yield client["costs"][str(ObjectId())]
