"""GET /health/ready says which checks fail, and asks the database as seldom for many as for one."""

from typing import Any

import pytest
from pymongo import ASCENDING

from tenantry.lifecycle.oversight import readiness
from tenantry.registry import schema, schema_differences
from tests.support.databases import Databases
from tests.support.recorder import recording
from tests.support.rotation import SigningKeySecret
from tests.support.service import Answer, Service


def asked_again(service: Service, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Ask once what was found before counts no more."""
    monkeypatch.setattr(readiness, "_answer", None)
    return service.get("/health/ready")


@pytest.mark.own_databases
def test_a_service_is_ready_once_it_is_set_up(
    databases: Databases, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.ensure_schema()
    assert (service.get("/health/ready").status, service.get("/health/ready").json) == (
        200,
        {"status": "ready"},
    )
    databases.master["signing_keys"].delete_many({})
    databases.master["account_epochs"].drop()
    assert service.get("/health/ready").status == 200  # as it was found a moment ago
    answer = asked_again(service, monkeypatch)
    assert (answer.status, answer.code) == (503, "not-ready")
    assert answer.json["failed"] == ["schema", "signing_key"]
    assert int(answer.headers["retry-after"]) > 0
    schema.ensure_schema.cache_clear()
    schema.ensure_schema()
    assert asked_again(service, monkeypatch).json["failed"] == ["signing_key"]


def test_a_retired_key_and_one_of_another_issuer_sign_nothing(
    databases: Databases, signing_key: SigningKeySecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, keys = Service(), databases.master["signing_keys"]
    keys.update_many({}, {"$set": {"iss": "urn:tenantry:other"}})
    assert asked_again(service, monkeypatch).json["failed"] == ["signing_key"]
    keys.update_many({}, {"$unset": {"iss": ""}})
    assert asked_again(service, monkeypatch).status == 200
    keys.update_many({}, [{"$set": {"not_after": {"$add": ["$$NOW", 60_000]}}}])
    assert asked_again(service, monkeypatch).json["failed"] == ["signing_key"]


def test_a_database_that_answers_and_takes_no_writes_is_not_ready(
    own_server: None, databases: Databases, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "WRITABLE_SECONDS", 0.5)
    databases.client.admin.command("fsync", lock=True)
    try:
        assert service.get("/health").status == 200
        assert asked_again(service, monkeypatch).json["failed"] == ["writable"]
    finally:
        databases.client.admin.command("fsyncUnlock")
    assert asked_again(service, monkeypatch).status == 200


def test_what_was_found_counts_for_a_while(
    service: Service, monkeypatch: pytest.MonkeyPatch, databases: Databases
) -> None:
    with recording(monkeypatch) as recorder:
        service.get("/health/ready")
        recorder.commands.clear()
        for _ in range(20):
            assert service.get("/health/ready").status == 200
        assert recorder.commands == []
        monkeypatch.setattr(readiness, "CACHE_SECONDS", 0)
        service.get("/health/ready")
    asked = [next(iter(command)) for _, command in recorder.commands]
    assert asked.count("listIndexes") == len(schema.INDEXES)
    assert sorted(set(asked) - {"listIndexes", "endSessions"}) == ["find", "listCollections"]
    assert asked.count("find") == 2  # issuer, linearizable, and signing key


@pytest.mark.own_databases
@pytest.mark.parametrize(
    "options", [{"expireAfterSeconds": 60}, {"sparse": True}, {"unique": True, "sparse": True}]
)
def test_an_index_of_another_definition_is_different(databases: Databases, options: dict[str, Any]) -> None:
    schema.ensure_schema()
    assert not schema_differences.find()
    accounts = databases.master["accounts"]
    accounts.drop_index("email")
    accounts.create_index([("email", ASCENDING)], name="email", **options)
    accounts.drop_index("without_organization_since")
    databases.master.command("collMod", "account_epochs", viewOn="accounts", pipeline=[])
    found = schema_differences.find()
    assert found.missing == ["accounts.without_organization_since"]
    assert found.different == ["accounts.email", "account_epochs"]
