"""Roll-outs and moves: what is rolled out comes along, and counters stay right."""

import bson
import pytest
from bson import Timestamp
from pymongo.database import Database

from tenantry.lifecycle.moves import operations
from tenantry.registry import clusters
from tenantry.storage import pools
from tenantry.storage.raw import encoding
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.rollouts.definitions import definition, roll_out, undo
from tests.support import library
from tests.support.databases import Databases, Document


@pytest.mark.parametrize("pool_has_it", [True, False])
def test_organization_takes_indexes_along(
    pool_has_it: bool, databases: Databases, second: Database[Document]
) -> None:
    clusters.register("second", 100)
    pools.create("second", "pool_0")
    google = library.create("Google").organization_id
    if pool_has_it:
        library.create("Amazon", kind="pooled")
    roll_out("by-at", definition("at"))
    documents = TenantCollection(google)
    documents.insert_one({"_id": 1, "at": 1})
    for cluster, kind in (("second", "pooled"), ("second", "collection"), ("main", "collection")):
        operations.move(google, cluster, kind, lambda: None, lambda *_: None)  # type: ignore[arg-type]
        assert [index["name"] for index in documents.list_indexes()] == ["_id_", "by-at"]
        assert documents.find({}) == [{"_id": 1, "at": 1}]
    assert set(second["pool_0"].index_information()) == {"_id_", "tenant"} | (
        {"*:by-at"} if pool_has_it else set()
    )
    undo("by-at")
    assert [index["name"] for index in documents.list_indexes()] == ["_id_"]
    assert [cluster["namespaces"] for cluster in clusters.find_all()] == [2, 3]


def test_copies_are_stored_whatever_the_validator_says(databases: Databases) -> None:
    databases.tenants.create_collection("org_google", validator={"key": {"$exists": True}})
    for stored in ({"_id": 1}, {"_id": 2, "empty": Timestamp(0, 0)}):
        copy = encoding.document(bson.encode(stored))
        encoding.insert(databases.tenants["org_google"], [copy])
    assert databases.tenants["org_google"].count_documents({}) == 2
