"""`tenantry cluster`, and what `tenantry verify` finds wrong on each cluster."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pymongo.database import Database

from cli import checker
from tenantry.http.documents import inserting
from tenantry.registry import clusters
from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tenantry.tenants.repetitions import Key
from tests.integration.cli.planted import verify
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document

Plant = Callable[[Databases, Database[Document]], list[str]]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, since nothing moves here."""
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)


def test_clusters_are_added_changed_and_listed(second: Database[Document], databases: Databases) -> None:
    assert tenantry_json("cluster", "list") == {"clusters": []}
    added = tenantry_json("cluster", "add", "second", "--tier", "M10", "--pools", "2")
    assert added == {"name": "second", "namespaces": 6, "limit": 5000, "pools": 2}
    assert sorted(second.list_collection_names()) == ["pool_0", "pool_1"]
    assert tenantry_json("cluster", "add", "second", "--limit", "7")["limit"] == 7
    listed = tenantry("cluster", "list").stdout.splitlines()
    assert listed == [
        "main: 0 of 20000 collections and indexes, 0 pools",
        "second: 6 of 7 collections and indexes, 2 pools",
    ]
    refused = tenantry("cluster", "add", "second", "--pools", "3")
    assert (refused.exit_code, "no room" in refused.stderr) == (1, True)
    assert verify() == (0, [])


@pytest.mark.parametrize("wrong", ["{", "[]", '{"second": 1}', '{"main": "mongodb://127.0.0.1:1"}'])
def test_malformed_connection_strings_are_refused(wrong: str, databases: Databases) -> None:
    refused = tenantry("verify", "--mongodb-clusters", wrong)
    assert (refused.exit_code, "--mongodb-clusters" in refused.stderr) == (2, True)


def test_cluster_without_a_connection_string_is_not_added(databases: Databases) -> None:
    assert tenantry("cluster", "add", "asia").exit_code == 2
    assert clusters.find_all() == []


def test_password_of_no_cluster_is_shown(databases: Databases) -> None:
    uri = "mongodb://user:hush-hush@127.0.0.1:99999/"
    refused = tenantry("verify", "--mongodb-clusters", json.dumps({"second": uri}))
    assert refused.exit_code == 2
    assert "hush-hush" not in refused.stderr


@pytest.fixture
def placed(
    second: Database[Document], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Ids of organizations, by where their documents are."""
    clusters.register("main", 2)
    clusters.register("second", 100)
    tenantry_json("cluster", "add", "second", "--pools", "1")
    placed = {place: library.create(place).organization_id for place in ("here", "there")}
    monkeypatch.setenv("PLACEMENT", "pooled")
    settings.cache_clear()
    placed["pooled"] = library.create("pooled").organization_id
    for organization_id in placed.values():
        documents = TenantCollection(organization_id)
        documents.insert_one({"_id": 1})
    TenantCollection(placed["pooled"]).create_index([("kind", 1)], partial=True)
    clusters.register("main", 100)
    return placed


def change(databases: Databases, slug: str, changes: Document) -> None:
    assert databases.master["organizations"].update_one({"slug": slug}, {"$set": changes}).modified_count == 1


def id_of(databases: Databases, slug: str) -> str:
    organization = databases.master["organizations"].find_one({"slug": slug})
    assert organization is not None
    return str(organization["_id"])


def damage_collections(databases: Databases, second: Database[Document]) -> list[str]:
    second["org_there"].drop()
    second.create_collection("org_stray")
    for name in ("org_there", "org_pooled"):  # which are elsewhere, and in a pool
        databases.tenants.create_collection(name)
    return ["collection-exists", *["collection-owned"] * 3]


def damage_pool(databases: Databases, second: Database[Document]) -> list[str]:
    second["pool_0"].drop_index("tenant")
    for tenant in ("org_0", id_of(databases, "there")):
        second["pool_0"].insert_one({"_id": {"tenant": tenant, "id": 1}})
    partial_filter = {"_id.tenant": "org_0", "a": {"$exists": True}}
    second["pool_0"].create_index([("_id.tenant", 1), ("a", 1)], partialFilterExpression=partial_filter)
    return ["pool-documents-owned", "pool-documents-owned", "pool-index-owned", "pool-indexed"]


def drop_pool(databases: Databases, second: Database[Document]) -> list[str]:
    second["pool_0"].drop()
    change(databases, "there", {"cluster": "main"})
    # What the organization has counts for the wrong cluster as well.
    counted = ["namespaces-counted"] * 2
    return ["collection-exists", "collection-exists", "collection-owned", *counted, "pool-exists"]


def lose_organizations(databases: Databases, second: Database[Document]) -> list[str]:
    change(databases, "there", {"cluster": "asia"})
    change(databases, "pooled", {"pool": "pool_9"})
    clusters.register("asia")
    intent = {"slug": "here", "collection": "org_here", "created_at": datetime(2020, 1, 1, tzinfo=UTC)}
    change(databases, "here", {"state": "creating", "intent": intent})
    of_asia = ["cluster-known", "cluster-known", "collection-owned", "namespaces-counted"]
    of_pool = ["collection-exists", "pool-documents-owned", "pool-index-owned"]
    return [*of_asia, *of_pool, "intent-young"]


def fill(databases: Databases, second: Database[Document]) -> list[str]:
    (cluster,) = databases.master["clusters"].find({"_id": "second"})
    clusters.register("second", cluster["namespaces"])
    second["org_there"].create_index("kind")
    databases.master["clusters"].update_one({"_id": "second"}, {"$inc": {"namespaces": -1}})
    return ["cluster-within-limit", "namespaces-counted"]


def test_everything_in_its_place_is_no_violation(placed: dict[str, str]) -> None:
    assert verify() == (0, [])


def test_records_of_idempotency_keys_are_in_their_place(
    placed: dict[str, str], databases: Databases, second: Database[Document]
) -> None:
    """Also on a cluster that is full but for them."""
    for name in ("here", "there"):
        organization = databases.master["organizations"].find_one({"slug": name}) or {}
        documents = TenantCollection(organization["_id"])
        inserting.insert(documents, {"x": 1}, Key.of(organization["_id"], "acct_1", "key", "request"))
    for tenants in (databases.tenants, second):
        assert tenants["idempotency_keys"].index_information().keys() == {"_id_", "expires_at"}
    for cluster in databases.master["clusters"].find():
        clusters.register(cluster["_id"], cluster["namespaces"])
    assert verify() == (0, [])


@pytest.mark.parametrize("plant", [damage_collections, damage_pool, drop_pool, lose_organizations, fill])
def test_damage_is_found_on_each_cluster(
    plant: Plant, placed: dict[str, str], databases: Databases, second: Database[Document]
) -> None:
    expected = plant(databases, second)
    status, violations = verify()
    assert (status, sorted(violation["rule"] for violation in violations)) == (1, sorted(expected))


def test_roles_are_made_on_each_cluster(second: Database[Document], databases: Databases) -> None:
    names = tenantry_json("setup-database")["roles"]
    for client in (databases.client, second.client):
        made = {role["role"] for role in client.admin.command({"rolesInfo": 1})["roles"]}
        assert set(names) <= made
        client.admin.command("dropAllRolesFromDatabase")
