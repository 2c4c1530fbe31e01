"""`tenantry restore` and `tenantry backup`, killed before each of their commands: whole, or nothing."""

import json
from itertools import count
from pathlib import Path
from secrets import randbelow

import pytest

from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.killed_command import killed
from tests.support.sampling import KILL_EVERY

pytestmark = [pytest.mark.own_databases, pytest.mark.usefixtures("own_server")]

DOCUMENTS = [{"_id": n, "data": bytes(3_000_000)} for n in range(5)]  # several insertions
LATER = "3600"


def google(databases: Databases) -> None:
    library.create("Google")
    collection = databases.tenants["org_google"]
    collection.insert_many(DOCUMENTS)
    collection.create_index("kind", name="kind")


def run_out(databases: Databases) -> None:
    """Let the time pass that the killed process still had: its transaction ends, and so do its leases."""
    databases.client.admin.command({"killAllSessions": []})
    databases.master["restorations"].update_many({}, [{"$set": {"leased_until": "$$NOW"}}])
    renaming = {"state": "renaming"}
    databases.master["organizations"].update_many(
        renaming, [{"$set": {"intent.leased_until": "$intent.created_at"}}]
    )


def unfinished(databases: Databases) -> list[str]:
    return [name for name in databases.collections() if name.startswith("restoring_")]


def check_whole_or_nothing(databases: Databases) -> bool:
    """Check what is there once all is reconciled; tell whether the organization was restored."""
    assert tenantry("verify", "--older-than", "0").exit_code == 0
    databases.check_invariants()
    assert unfinished(databases) == []
    assert databases.master["restorations"].count_documents({}) == 0
    if "org_copy" not in databases.collections():
        return False
    assert list(databases.tenants["org_copy"].find().sort("_id", 1)) == DOCUMENTS
    assert list(databases.tenants["org_copy"].index_information()) == ["_id_", "kind"]
    return True


def remove_copy(databases: Databases) -> None:
    organization = databases.master["organizations"].find_one_and_delete({"slug": "copy"})
    if organization is not None:
        databases.master["members"].delete_many({"organization_id": organization["_id"]})
        databases.tenants.drop_collection("org_copy")
        freed = {"$inc": {"namespaces": -organization["namespaces"]}}
        databases.master["clusters"].update_one({"_id": "main"}, freed)


def test_killed_restore(databases: Databases, tmp_path: Path) -> None:
    google(databases)
    path = tmp_path / "google.archive"
    tenantry_json("backup", "google", "-o", path)
    outcomes = []
    for number in count(1 + randbelow(KILL_EVERY), KILL_EVERY):
        if not killed(number, "restore", path, "--name", "Copy"):
            break
        assert tenantry("verify", "--older-than", LATER).exit_code == 0, "nothing half-visible"
        run_out(databases)
        abandoned = unfinished(databases)
        organizations = {
            organization["collection"] for organization in databases.master["organizations"].find()
        }
        violations = json.loads(tenantry("verify", "--older-than", LATER, "--json").stdout)["violations"]
        rules = [violation["rule"] for violation in violations]
        assert rules == ["restore-abandoned"] * len(set(abandoned) - organizations)
        assert tenantry("reconcile").exit_code == 0
        outcomes.append(check_whole_or_nothing(databases))
        remove_copy(databases)
    assert check_whole_or_nothing(databases)
    assert outcomes == sorted(outcomes)
    assert outcomes.count(False) > 10 // KILL_EVERY
    assert outcomes.count(True) >= 3 // KILL_EVERY  # lease on the rename, the rename itself, the metadata


def test_killed_backup(databases: Databases, tmp_path: Path) -> None:
    google(databases)
    path = tmp_path / "google.archive"
    for number in count(1):
        path.write_text("the one before")
        if not killed(number, "backup", "google", "-o", path):
            break
        assert path.read_text() == "the one before"
    assert tenantry_json("restore", path, "--name", "Copy")["documents"] == len(DOCUMENTS)
    assert number > 1
