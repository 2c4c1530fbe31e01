"""Backups of organizations wherever their documents are, restored wherever there is room."""

from pathlib import Path

import pytest
from pymongo.database import Database

from tenantry.registry import clusters
from tenantry.runtime import process
from tenantry.runtime.settings import settings
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.cli.planted import verify
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document, failing
from tests.support.mongodump import read_backup


@pytest.mark.parametrize("kind", ["collection", "pooled"])
@pytest.mark.parametrize("cluster", ["main", "second"])
def test_backup_restored_on_another_cluster(
    *,
    cluster: str,
    kind: str,
    second: Database[Document],
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clusters.register("main", 100 if cluster == "main" else 0)
    clusters.register("second", 100)
    if kind == "pooled":
        pools.create(cluster, "pool_0")
        monkeypatch.setenv("PLACEMENT", "pooled")
        settings.cache_clear()
        TenantCollection(library.create("Amazon").organization_id).insert_one({"_id": "not Google's"})
    google = library.create("Google")
    collection_of_google = TenantCollection(google.organization_id)
    collection_of_google.insert_many([{"_id": number, "kind": "note"} for number in range(300)])
    collection_of_google.create_index([("kind", 1)])
    archive = tmp_path / "google.archive"
    tenantry_json("backup", "google", "-o", archive)
    organization, collection, documents = read_backup(archive)
    assert (organization["_id"], collection) == (google.organization_id, "org_google")
    assert documents == collection_of_google.find({})

    clusters.register("main", 0 if cluster == "main" else 100)
    restored = tenantry_json("restore", archive, "--name", "Copy")
    target = second if cluster == "main" else databases.tenants
    assert restored["documents"] == 300
    assert list(target["org_copy"].find().sort("_id", 1)) == documents
    assert list(target["org_copy"].index_information()) == ["_id_", "kind_1"]
    assert verify() == (0, [])


def test_restore_where_there_is_no_room(databases: Databases, tmp_path: Path) -> None:
    library.create("Google")
    tenantry_json("backup", "google", "-o", tmp_path / "google.archive")
    clusters.register("main", 3)
    refused = tenantry("restore", tmp_path / "google.archive", "--name", "Copy")
    assert (refused.exit_code, "No cluster has room" in refused.stderr) == (1, True)
    assert verify() == (0, [])


def test_room_of_a_killed_restore_is_given_back(databases: Databases, tmp_path: Path) -> None:
    library.create("Google")
    tenantry_json("backup", "google", "-o", tmp_path / "google.archive")
    databases.master["restorations"].insert_one(
        {
            "_id": "restoring_1",
            "cluster": "main",
            "namespaces": 2,
            "leased_until": clusters.find_all()[0]["created_at"],
        }
    )
    databases.master["clusters"].update_one({}, {"$inc": {"namespaces": 2}})
    databases.tenants.create_collection("restoring_1")
    assert tenantry_json("reconcile")["dropped"] == ["restoring_1"]
    assert clusters.find_all()[0]["namespaces"] == 2
    with failing(databases.client, "createIndexes", errorCode=8000):
        assert tenantry("restore", tmp_path / "google.archive", "--name", "Copy").exit_code in (0, 2)
    tenantry_json("reconcile")
    assert verify() == (0, [])


def test_cluster_without_a_connection_string(
    second: Database[Document], databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters.register("main", 0)
    clusters.register("second", 100)
    library.create("Google")
    monkeypatch.delenv("MONGODB_CLUSTERS")
    process.forget()
    refused = tenantry("backup", "google", "-o", tmp_path / "google.archive")
    assert (refused.exit_code, "no connection string" in refused.stderr) == (1, True)
