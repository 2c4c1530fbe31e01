"""Writes of several documents, and of one after a look at it: all or nothing, and one after the other."""

from functools import partial

import pytest
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from tenantry.errors import PreconditionFailed
from tenantry.identity.members import Membership
from tenantry.tenants import TenantCollection, collection
from tests.support.concurrency import at_once
from tests.support.databases import Document

COUNTERS = 8
ROUNDS = 10


@pytest.fixture
def documents(member: Membership) -> TenantCollection:
    documents = collection(member)
    documents.insert_many([{"_id": number, "is_even": number % 2 == 0} for number in range(6)])
    return documents


def ids(documents: TenantCollection) -> list[int]:
    return [document["_id"] for document in documents.find({})]


def test_operations_on_many_documents(documents: TenantCollection) -> None:
    assert documents.update_many({"is_even": True}, {"$set": {"half": True}}).modified_count == 3
    assert documents.count_documents({"half": True}) == 3
    assert documents.delete_many({"is_even": False}).deleted_count == 3
    assert ids(documents) == [0, 2, 4]


def test_bulk_write_is_all_or_nothing(documents: TenantCollection) -> None:
    done = documents.bulk_write(
        [InsertOne({"_id": 6}), UpdateOne({"_id": 6}, {"$set": {"x": 1}}), DeleteOne({"_id": 0})]
    )
    assert (done.inserted_count, done.modified_count, done.deleted_count) == (1, 1, 1)
    before = documents.find({})
    with pytest.raises(BulkWriteError):
        documents.bulk_write([DeleteOne({"_id": 1}), InsertOne({"_id": 2})])
    assert documents.find({}) == before


def test_update_many_that_fails_half_way_changes_nothing(documents: TenantCollection) -> None:
    for number in ids(documents):
        documents.update_one({"_id": number}, {"$set": {"x": number}})
    documents.create_index([("x", 1)], unique=True)
    before = documents.find({})
    with pytest.raises(Exception, match="E11000"):
        documents.update_many({}, {"$set": {"x": -1}})
    assert documents.find({}) == before


def test_found_documents_are_chosen_shaped_and_sorted(documents: TenantCollection) -> None:
    chosen = documents.find(
        {"_id": {"$gt": 0}}, {"is_even": 1}, sort=[("is_even", -1), ("_id", -1)], skip=1, limit=3
    )
    assert chosen == [
        {"_id": 2, "is_even": True},
        {"_id": 5, "is_even": False},
        {"_id": 3, "is_even": False},
    ]
    assert documents.find_one({"_id": 3}, {"_id": 0}) == {"is_even": False}


def test_modify_one_stores_replaces_and_deletes(documents: TenantCollection) -> None:
    documents.modify_one("added", lambda current: {"_id": "added", "was": current})
    documents.modify_one("added", lambda current: {"_id": "added", "was": current})
    assert documents.find_one({"_id": "added"}) == {"_id": "added", "was": {"_id": "added", "was": None}}
    documents.modify_one("added", lambda _: None)
    documents.modify_one("added", lambda current: current)
    assert documents.find_one({"_id": "added"}) is None


def test_modify_one_takes_its_id_for_no_query(documents: TenantCollection) -> None:
    documents.modify_one(
        {"$gte": 0}, lambda current: None if current is None else {"_id": 0, "touched": True}
    )
    assert documents.count_documents({"touched": True}) == 0
    assert len(ids(documents)) == 6


def test_refusal_of_modify_one_is_passed_on(documents: TenantCollection) -> None:
    def refuse(current: Document | None) -> None:
        assert current == {"_id": 1, "is_even": False}
        raise PreconditionFailed

    with pytest.raises(PreconditionFailed):
        documents.modify_one(1, refuse)
    assert documents.find_one({"_id": 1}) == {"_id": 1, "is_even": False}


def test_modify_one_loses_no_update(member: Membership, documents: TenantCollection) -> None:
    def count_up(current: Document | None) -> Document:
        return {"_id": "counter", "count": current["count"] + 1 if current else 1}

    def count() -> None:
        for _ in range(ROUNDS):
            collection(member).modify_one("counter", count_up)

    at_once([partial(count)] * COUNTERS)
    assert documents.find_one({"_id": "counter"}) == {"_id": "counter", "count": COUNTERS * ROUNDS}
