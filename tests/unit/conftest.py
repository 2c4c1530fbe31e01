"""Fixtures for tests of the library: no server, no AWS, nothing left over from the test before."""

import hashlib
import io
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import botocore.loaders
import hypothesis
import mongomock
import pytest
from mongomock.collection import BulkOperationBuilder
from moto import mock_aws
from mypy_boto3_secretsmanager import SecretsManagerClient
from pymongo.database import Database

from tenantry.registry import schema
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger, metrics
from tenantry.runtime.settings import settings
from tests.support import library

# The same examples in every run, and no failure because the machine is busy.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("repeatable")

ENVIRONMENT = {
    "MONGODB_URI",
    "MONGODB_URI_SECRET_ARN",
    "SIGNING_KEY_SECRET_ARN",
    "RECEIPT_KEY_SECRET_ARN",
    "MASTER_DATABASE",
    "TENANT_DATABASE",
    "TOKEN_ISSUER",
    "TOKEN_AUDIENCE",
}


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget all that the library keeps per process, and what the environment configures."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    logger.clear_state()
    with library.fresh_process():
        yield
        monkeypatch.undo()
    metrics.clear_metrics()


@pytest.fixture
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with few rounds where their number does not matter."""
    library.hash_with_few_rounds(monkeypatch)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the library logs, as it is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logger.registered_formatter)
    underlying = logging.getLogger(logger.service)
    underlying.addHandler(handler)
    yield written
    underlying.removeHandler(handler)


@pytest.fixture
def kdf_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the rounds of every key derivation."""
    rounds_of_calls: list[int] = []
    derive = hashlib.pbkdf2_hmac

    def recorded(name: str, password: bytes, salt: bytes, rounds: int, length: int | None = None) -> bytes:
        rounds_of_calls.append(rounds)
        return derive(name, password, salt, rounds, length)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", recorded)
    return rounds_of_calls


@pytest.fixture
def master(monkeypatch: pytest.MonkeyPatch) -> Database[dict[str, Any]]:
    """The master database in memory, with the indexes that expire nothing, and without transactions."""
    client: Any = mongomock.MongoClient(tz_aware=True)
    monkeypatch.setattr(mongodb, "client", lambda: client)
    monkeypatch.setattr(mongodb, "run_transaction", lambda callback: callback(None))
    for name, indexes in schema.INDEXES.items():
        lasting = [index for index in indexes if "expireAfterSeconds" not in index.document]
        if lasting:
            client[settings().master_database][name].create_indexes(lasting)
    collections = client._store[settings().master_database]._collections
    for view in schema.VIEWS:
        collections[view] = collections["accounts"]  # mongomock knows no views
    monkeypatch.setattr(BulkOperationBuilder, "add_update", _add_update)
    database: Database[dict[str, Any]] = client[settings().master_database]
    return database


_add_known_update: Any = BulkOperationBuilder.add_update


def _add_update(*arguments: Any, sort: None, **options: Any) -> None:
    """Mongomock knows no updates in bulk that sort."""
    _add_known_update(*arguments, **options)


# A loader reads megabytes of JSON, and each session has one of its own.
_create_loader = cache(botocore.loaders.create_loader)


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManagerClient]:
    """Secrets Manager, simulated."""
    monkeypatch.setattr(botocore.loaders, "create_loader", _create_loader)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield boto3.client("secretsmanager")
