"""`tenantry restore` while others take its name, hold it up, or lose its answers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.backups import collections, content, restore, staging
from tenantry.errors import ServiceUnavailable
from tenantry.identity.members import Membership
from tenantry.lifecycle.intents import settling
from tenantry.registry.organizations import leases
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.storage.raw import encoding
from tests.integration.cli.refusal import refused
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, failing

STRANGERS_EMAIL = "somebody.else@example.org"


def test_backup_that_is_damaged_after_it_was_checked(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = content.Source.documents

    def damaged_documents(source: content.Source) -> Any:
        data = path.read_bytes()
        path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
        return documents(source)

    monkeypatch.setattr(content.Source, "documents", damaged_documents)
    assert "is damaged or incomplete" in refused(databases, path, "--name", "Copy")


@pytest.fixture
def short_transactions(own_server: None, databases: Databases) -> Iterator[None]:
    """Let the server end transactions soon that nobody commits."""
    parameter = "transactionLifetimeLimitSeconds"
    before = databases.client.admin.command({"setParameter": 1, parameter: 1})["was"]
    yield
    databases.client.admin.command({"setParameter": 1, parameter: before})


def fail_to_publish(databases: Databases, monkeypatch: pytest.MonkeyPatch, **how: Any) -> None:
    """Let the commit fail that makes the staging collection an organization's."""
    publish = restore._publish

    def fail(*arguments: Any) -> OrganizationDocument:
        with failing(databases.client, "commitTransaction", **how):
            return publish(*arguments)

    monkeypatch.setattr(restore, "_publish", fail)


@pytest.mark.usefixtures("short_transactions")
def test_commit_that_does_not_arrive(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_to_publish(databases, monkeypatch, errorCode=8000)
    refused(databases, path, "--name", "Copy", status=2)


def test_commit_whose_answer_is_lost(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = {"code": 64, "errmsg": "waiting for replication timed out"}
    fail_to_publish(databases, monkeypatch, writeConcernError=failure)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 2
    reconciled = json.loads(tenantry("reconcile", "--json").stdout)
    assert (len(reconciled["settled"]), reconciled["dropped"]) == (1, [])
    assert databases.tenants["org_copy"].count_documents({}) == 200
    databases.check_invariants()


def test_slug_that_is_taken_while_the_documents_are_loaded(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_indexes = collections.create_indexes

    def lose_race(*arguments: Any) -> None:
        create_indexes(*arguments)
        library.create("Copy", STRANGERS_EMAIL)

    monkeypatch.setattr(collections, "create_indexes", lose_race)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert result.stderr.startswith("The slug copy is taken")
    assert databases.tenants["org_copy"].find_one() is None
    databases.check_invariants()


def test_rename_that_somebody_else_is_at(databases: Databases, path: Path) -> None:
    """What is published is a tenant's, although its collection is still named otherwise: never dropped."""

    def be_overtaken(organization: OrganizationDocument) -> None:
        assert leases.take_lease(organization, timedelta(hours=1))
        raise ServiceUnavailable

    with pytest.MonkeyPatch.context() as now:
        now.setattr(restore, "settle", be_overtaken)
        result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert result.stderr == (
        "copy is restored, but its collection lacks its name; run `tenantry reconcile`\n"
    )
    with pytest.MonkeyPatch.context() as now:
        now.setattr(settling, "MAX_WAIT_SECONDS", 0)
        assert json.loads(tenantry("reconcile", "--json").stdout)["dropped"] == []
    over = {"$set": {"intent.leased_until": datetime.now(UTC)}}
    databases.master["organizations"].update_one({"slug": "copy"}, over)
    assert json.loads(tenantry("reconcile", "--json").stdout)["dropped"] == []
    assert databases.tenants["org_copy"].count_documents({}) == 200
    databases.check_invariants()


def test_collection_of_nobody_that_appears_while_the_documents_are_loaded(
    databases: Databases, google: Membership, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_indexes = collections.create_indexes

    def be_disturbed(*arguments: Any) -> None:
        create_indexes(*arguments)
        databases.tenants["org_copy"].insert_one({"nobody": "owns this"})

    monkeypatch.setattr(collections, "create_indexes", be_disturbed)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert "is restored, but a collection that no organization owns has the name" in result.stderr
    assert tenantry_json("reconcile")["dropped"] == []
    assert tenantry("verify").exit_code == 1
    databases.tenants.drop_collection("org_copy")
    organization = databases.master["organizations"].find_one({"slug": "copy"})
    assert organization is not None
    library.rename(library.membership(google.account_id, organization["_id"]), "Another")
    assert databases.tenants["org_another"].count_documents({}) == 200
    databases.check_invariants()


def test_lease_that_was_lost(databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restore that was held up finds its collection dropped, and gives up."""
    create_indexes = collections.create_indexes

    def be_held_up(database: Any, name: str, description: Any) -> None:
        databases.master["restorations"].update_one({"_id": name}, [{"$set": {"leased_until": "$$NOW"}}])
        assert tenantry_json("reconcile")["dropped"] == [name]
        database[name].insert_one({"late": "write"})
        create_indexes(database, name, description)

    monkeypatch.setattr(collections, "create_indexes", be_held_up)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert result.stderr.startswith("The restore stood still for too long; run `tenantry reconcile`")
    (late,) = tenantry_json("reconcile")["dropped"]
    assert late.startswith(staging.PREFIX)
    databases.check_invariants()


def test_lease_is_renewed(databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "RENEWAL_SECONDS", 0.01)
    create_indexes = collections.create_indexes
    lease = databases.master["restorations"]

    def take_long(*arguments: Any) -> None:
        first = lease.find_one()
        while lease.find_one() == first:
            pass
        assert tenantry_json("reconcile")["dropped"] == []
        create_indexes(*arguments)

    monkeypatch.setattr(collections, "create_indexes", take_long)
    tenantry_json("restore", path, "--name", "Copy")
    databases.check_invariants()


def test_lost_lease_ends_the_loading(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "RENEWAL_SECONDS", 0.01)
    create = collections.create

    def lose_lease(*arguments: Any) -> None:
        create(*arguments)
        databases.master["restorations"].delete_many({})

    monkeypatch.setattr(collections, "create", lose_lease)
    documents = content.Source.documents

    def endless(source: content.Source) -> Any:
        while True:
            for batch in documents(source):
                yield []
                assert batch

    monkeypatch.setattr(content.Source, "documents", endless)
    monkeypatch.setattr(encoding, "insert", lambda *_: None)
    result = tenantry("restore", path, "--name", "Copy")
    assert (result.exit_code, result.stderr[:22]) == (1, "The restore stood stil")
    assert len(tenantry_json("reconcile")["dropped"]) == 1
