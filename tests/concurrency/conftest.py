"""Databases on a server that a test may kill."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from tenantry.identity.keys import public_keys
from tenantry.identity.keys.signing_key import SigningKey
from tests.concurrency.server import Server
from tests.support import library
from tests.support.databases import Databases, Document


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def databases(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    """Databases for this process and those that it starts, with the library as in a process that starts."""
    monkeypatch.setenv("MONGODB_URI", server.uri)
    monkeypatch.setenv("NAME_HOLD_DAYS", "0")  # so that names pass from one owner to the other all the time
    library.hash_with_few_rounds(monkeypatch)
    with (
        MongoClient[Document](server.uri, tz_aware=True, uuidRepresentation="standard") as client,
        library.fresh_process(),
    ):
        databases = Databases(server.uri, client, client["tenantry"], client["tenantry_tenants"])
        yield databases
        databases.drop()


@pytest.fixture
def signing_key(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signing key for this process and those that it starts, without Secrets Manager."""
    key = SigningKey.generate()
    monkeypatch.setenv("SIGNING_KEY_SECRET_ARN", key.to_json())
    library.sign_without_secrets_manager(monkeypatch)
    public_keys.publish(key.public_jwk)
