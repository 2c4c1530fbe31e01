"""What each operation on a tenant's collection does."""

from collections.abc import Callable
from functools import partial

import bson
import pytest
from pymongo.errors import DuplicateKeyError

from tenantry.errors import OrganizationNotFound
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.tenants import TenantCollection
from tests.support.databases import Databases, failing


def test_every_operation(member: Membership, databases: Databases) -> None:
    documents = TenantCollection(member.organization["_id"])
    assert documents.insert_one({"_id": 1, "text": "one"}).inserted_id == 1
    inserted = documents.insert_many([{"_id": 2, "text": "two"}, {"_id": 3, "text": "three"}])
    assert inserted.inserted_ids == [2, 3]
    assert documents.update_one({"_id": 1}, {"$set": {"text": "uno"}}).modified_count == 1
    assert documents.update_one({"_id": 9}, {"$set": {"text": "nine"}}).matched_count == 0
    assert documents.update_one({"_id": 4}, {"$set": {"text": "four"}}, upsert=True).upserted_id == 4
    assert documents.replace_one({"_id": 2}, {"word": "two"}).modified_count == 1
    assert documents.replace_one({"_id": 5}, {"word": "five"}, upsert=True).upserted_id == 5
    assert documents.delete_one({"_id": 3}).deleted_count == 1
    assert documents.find_one({"_id": 2}) == {"_id": 2, "word": "two"}
    assert documents.find_one({"_id": 3}) is None
    assert documents.find({}) == [
        {"_id": 1, "text": "uno"},
        {"_id": 2, "word": "two"},
        {"_id": 4, "text": "four"},
        {"_id": 5, "word": "five"},
    ]
    assert [document["_id"] for document in documents.find({}, limit=2)] == [1, 2]
    assert documents.count_documents({"text": {"$exists": True}}) == 2
    assert list(databases.tenants["org_google"].find().sort("_id", 1)) == documents.find({})


def test_results_are_bounded_in_bytes(member: Membership) -> None:
    documents = TenantCollection(member.organization["_id"])
    stored = [{"_id": number, "text": "x" * 100} for number in range(5)]
    documents.insert_many(stored)
    sorted_by_id = [{"$sort": {"_id": 1}}]
    assert documents.aggregate(sorted_by_id, max_bytes=2 * len(bson.encode(stored[0]))) == stored[:3]
    assert documents.aggregate(sorted_by_id, max_bytes=10_000) == stored
    assert documents.aggregate([{"$match": {"_id": -1}}], max_bytes=1) == []


def test_insert_many_is_all_or_nothing(member: Membership) -> None:
    documents = TenantCollection(member.organization["_id"])
    documents.insert_one({"_id": 2})
    with pytest.raises(Exception, match="E11000"):
        documents.insert_many([{"_id": 1}, {"_id": 2}, {"_id": 3}])
    assert documents.find({}) == [{"_id": 2}]
    with pytest.raises(DuplicateKeyError):
        documents.insert_one({"_id": 2})


def test_every_operation_on_a_deleted_or_unknown_organization_is_refused(
    member: Membership, databases: Databases
) -> None:
    deleting.delete(member)
    for organization_id in (member.organization["_id"], "org_" + "0" * 32):
        documents = TenantCollection(organization_id)
        operations: list[Callable[[], object]] = [
            partial(documents.insert_one, {}),
            partial(documents.insert_many, [{}]),
            partial(documents.update_one, {}, {"$set": {"a": 1}}, upsert=True),
            partial(documents.replace_one, {}, {"a": 1}, upsert=True),
            partial(documents.delete_one, {}),
            partial(documents.find_one, {}),
            partial(documents.find, {}),
            partial(documents.count_documents, {}),
        ]
        for operation in operations:
            with pytest.raises(OrganizationNotFound):
                operation()
    assert databases.collections() == {}


def test_read_whose_cursor_a_rename_kills_is_repeated(member: Membership, databases: Databases) -> None:
    documents = TenantCollection(member.organization["_id"])
    documents.insert_one({"_id": "kept"})
    operations: list[Callable[[], object]] = [
        partial(documents.find_one, {}),
        partial(documents.find, {}),
        partial(documents.count_documents, {}),
    ]
    for operation in operations:
        with failing(
            databases.client,
            "find",
            "aggregate",
            errorCode=175,
            times=1,
            namespace=f"{databases.tenants.name}.org_google",
        ):
            assert operation()
