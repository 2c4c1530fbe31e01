"""Fixtures for tests of the library: no server, no AWS, nothing left over from the test before."""

import hashlib
from collections.abc import Iterator
from typing import Any

import boto3
import hypothesis
import mongomock
import pytest
from moto import mock_aws
from mypy_boto3_secretsmanager import SecretsManagerClient
from passlib.hash import pbkdf2_sha256
from pymongo.database import Database

from tenantry import database, passwords, secrets, signing_keys
from tenantry.observability import logger, metrics
from tenantry.settings import settings

# The same examples in every run, and no failure because the machine is busy.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("repeatable")

ENVIRONMENT = {
    "MONGODB_URI",
    "MONGODB_URI_SECRET_ARN",
    "SIGNING_KEY_SECRET_ARN",
    "MASTER_DATABASE",
    "TENANT_DATABASE",
    "TOKEN_ISSUER",
    "TOKEN_AUDIENCE",
}
FEW_ROUNDS = 10


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget all that the library keeps per process, and what the environment configures."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(signing_keys, "_keys", {})
    monkeypatch.setattr(signing_keys, "_read_at", 0.0)
    cached = (settings, secrets.client, secrets._provider, database.client, database.ensure_indexes)
    for function in cached:
        function.cache_clear()
    logger.clear_state()
    yield
    monkeypatch.undo()
    metrics.clear_metrics()
    for function in cached:
        function.cache_clear()


@pytest.fixture
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with few rounds where their number does not matter."""
    nobody = passwords._NOBODY.replace(str(passwords.ROUNDS), str(FEW_ROUNDS))
    monkeypatch.setattr(passwords, "_hasher", pbkdf2_sha256.using(rounds=FEW_ROUNDS))
    monkeypatch.setattr(passwords, "_NOBODY", nobody)


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
    """The master database, with its indexes, in memory."""
    client: Any = mongomock.MongoClient(tz_aware=True)
    monkeypatch.setattr(database, "client", lambda: client)
    for name, indexes in database.INDEXES.items():
        client[settings().master_database][name].create_indexes(indexes)
    found: Database[dict[str, Any]] = client[settings().master_database]
    return found


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManagerClient]:
    """Secrets Manager, simulated."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield boto3.client("secretsmanager")
