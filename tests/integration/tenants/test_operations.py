"""What each operation on a tenant's collection does."""

from collections.abc import Callable
from functools import partial

import pytest
from pymongo.errors import DuplicateKeyError

from tenantry.errors import OrganizationNotFound
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.tenants import TenantCollection
from tests.support.databases import Databases, failing


def test_every_operation(member: Membership, databases: Databases) -> None:
    mine = TenantCollection(member.organization["_id"])
    assert mine.insert_one({"_id": 1, "text": "one"}).inserted_id == 1
    assert mine.insert_many([{"_id": 2, "text": "two"}, {"_id": 3, "text": "three"}]).inserted_ids == [2, 3]
    assert mine.update_one({"_id": 1}, {"$set": {"text": "uno"}}).modified_count == 1
    assert mine.update_one({"_id": 9}, {"$set": {"text": "nine"}}).matched_count == 0
    assert mine.update_one({"_id": 4}, {"$set": {"text": "four"}}, upsert=True).upserted_id == 4
    assert mine.replace_one({"_id": 2}, {"word": "two"}).modified_count == 1
    assert mine.replace_one({"_id": 5}, {"word": "five"}, upsert=True).upserted_id == 5
    assert mine.delete_one({"_id": 3}).deleted_count == 1
    assert mine.find_one({"_id": 2}) == {"_id": 2, "word": "two"}
    assert mine.find_one({"_id": 3}) is None
    assert mine.find({}) == [
        {"_id": 1, "text": "uno"},
        {"_id": 2, "word": "two"},
        {"_id": 4, "text": "four"},
        {"_id": 5, "word": "five"},
    ]
    assert [found["_id"] for found in mine.find({}, limit=2)] == [1, 2]
    assert mine.count_documents({"text": {"$exists": True}}) == 2
    assert list(databases.tenants["org_google"].find().sort("_id", 1)) == mine.find({})


def test_insert_many_is_all_or_nothing(member: Membership) -> None:
    mine = TenantCollection(member.organization["_id"])
    mine.insert_one({"_id": 2})
    with pytest.raises(Exception, match="E11000"):
        mine.insert_many([{"_id": 1}, {"_id": 2}, {"_id": 3}])
    assert mine.find({}) == [{"_id": 2}]
    with pytest.raises(DuplicateKeyError):
        mine.insert_one({"_id": 2})


def test_every_operation_on_a_deleted_or_unknown_organization_is_refused(
    member: Membership, databases: Databases
) -> None:
    deleting.delete(member)
    for organization_id in (member.organization["_id"], "org_" + "0" * 32):
        mine = TenantCollection(organization_id)
        operations: list[Callable[[], object]] = [
            partial(mine.insert_one, {}),
            partial(mine.insert_many, [{}]),
            partial(mine.update_one, {}, {"$set": {"a": 1}}, upsert=True),
            partial(mine.replace_one, {}, {"a": 1}, upsert=True),
            partial(mine.delete_one, {}),
            partial(mine.find_one, {}),
            partial(mine.find, {}),
            partial(mine.count_documents, {}),
        ]
        for operation in operations:
            with pytest.raises(OrganizationNotFound):
                operation()
    assert databases.collections() == {}


def test_read_whose_cursor_a_rename_kills_is_repeated(member: Membership, databases: Databases) -> None:
    mine = TenantCollection(member.organization["_id"])
    mine.insert_one({"_id": "kept"})
    operations: list[Callable[[], object]] = [
        partial(mine.find_one, {}),
        partial(mine.find, {}),
        partial(mine.count_documents, {}),
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
