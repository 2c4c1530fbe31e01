"""Indexes of a tenant's collection."""

from functools import partial

import pytest
from pymongo.errors import DuplicateKeyError, OperationFailure

from tenantry.errors import TooManyIndexes
from tenantry.identity.members import Membership
from tenantry.storage.indexes import MAX_INDEXES
from tenantry.tenants import TenantCollection, collection
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases


@pytest.fixture
def documents(member: Membership) -> TenantCollection:
    return collection(member)


def names(documents: TenantCollection) -> list[str]:
    return [index["name"] for index in documents.list_indexes()]


def test_index_is_created_once_and_dropped(documents: TenantCollection, databases: Databases) -> None:
    for _ in range(2):
        assert documents.create_index([("city", 1), ("age", -1)]) == "city_1_age_-1"
    assert documents.create_index([("email", 1)], unique=True, name="address") == "address"
    assert names(documents) == ["_id_", "city_1_age_-1", "address"]
    assert databases.tenants["org_google"].index_information()["address"]["unique"]
    documents.insert_one({"email": "ada@example.com"})
    with pytest.raises(DuplicateKeyError):
        documents.insert_one({"email": "ada@example.com"})
    documents.drop_index("address")
    assert names(documents) == ["_id_", "city_1_age_-1"]


def test_refused_commands_change_nothing(documents: TenantCollection) -> None:
    documents.insert_many([{"x": 1}, {"x": 1}])
    documents.create_index([("y", 1)])
    with pytest.raises(DuplicateKeyError):
        documents.create_index([("x", 1)], unique=True)
    with pytest.raises(OperationFailure):
        documents.create_index([("y", 1)], unique=True)
    for name in ("z_1", "_id_"):
        with pytest.raises(OperationFailure):
            documents.drop_index(name)
    assert names(documents) == ["_id_", "y_1"]


def test_indexes_survive_a_rename(
    member: Membership, documents: TenantCollection, databases: Databases
) -> None:
    documents.create_index([("x", 1)], unique=True)
    library.rename(member, "Alphabet")
    assert names(documents) == ["_id_", "x_1"]
    assert databases.tenants["org_alphabet"].index_information()["x_1"]["unique"]


def test_collection_has_no_more_indexes_than_allowed_however_many_are_created_at_once(
    member: Membership, documents: TenantCollection
) -> None:
    def create(number: int) -> bool:
        try:
            collection(member).create_index([(f"x{number}", 1)])
        except TooManyIndexes:
            return False
        return True

    created = at_once([partial(create, number) for number in range(MAX_INDEXES + 6)])
    assert len(names(documents)) == sum(created) + 1 <= MAX_INDEXES + 1
    for number in range(MAX_INDEXES + 1):
        create(number)
    assert len(names(documents)) == MAX_INDEXES + 1
    with pytest.raises(TooManyIndexes):
        documents.create_index([("one too many", 1)])
    existing = names(documents)[-1]
    assert documents.create_index([(existing.removesuffix("_1"), 1)]) == existing
