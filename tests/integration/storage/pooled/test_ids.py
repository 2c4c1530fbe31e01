"""Ids of every type, in every operation that takes one."""

from operator import methodcaller as call
from typing import Any

import pytest
from pymongo import InsertOne

from tests.integration.storage.pooled.twins import Twins
from tests.integration.storage.pooled.values import IDS, REFUSED_IDS

WRONG_DBREFS = [{"$db": "d"}, {"$ref": 1, "$id": 1}, {"$ref": "c", "$id": 1, "$db": 1}]


@pytest.mark.server_version
@pytest.mark.parametrize("document_id", [*IDS, *REFUSED_IDS, *WRONG_DBREFS], ids=repr)
def test_ids(twins: Twins, document_id: Any) -> None:
    exactly = {"_id": {"$eq": document_id}}
    twins.do(
        call("insert_one", {"a": 1, "_id": document_id}),
        call("insert_one", {"_id": document_id}),
        call("find_one", exactly),
        call("find", {"_id": document_id}),
        call("replace_one", exactly, {"b": 1}),
        call("replace_one", {"_id": document_id}, {"b": 1, "_id": document_id}, upsert=True),
        call("update_one", exactly, {"$set": {"b": 2, "_id": document_id}}, upsert=True),
        call("modify_one", document_id, lambda current: {"c": 3} if current else None),
    )
    twins.do(
        call("delete_many", exactly),
        call("replace_one", exactly, {"c": 1}, upsert=True),
        call("replace_one", {"a": 1}, {"c": 1, "_id": document_id}, upsert=True),
        call("insert_many", [{"_id": "first"}, {"_id": document_id}, {"_id": document_id}]),
        call("bulk_write", [InsertOne({"_id": "second"}), InsertOne({"_id": document_id})]),
    )
    for change in (
        {"$set": {"c": 1}},
        {"$set": {"_id": document_id}},
        {"$setOnInsert": {"_id": document_id}},
    ):
        twins.do(call("delete_many", {}), call("update_one", exactly, change, upsert=True))
        twins.do(call("delete_many", {}), *[call("update_one", {"a": 1}, change, upsert=True)] * 2)


def test_inserting_adds_ids_to_the_callers_documents(twins: Twins) -> None:
    document: dict[str, Any] = {"a": 1}
    documents: list[dict[str, Any]] = [{"a": 2}, {"a": 3, "_id": 3}]
    operation = InsertOne[dict[str, Any]]({"a": 4})
    assert twins.pooled.insert_one(document).inserted_id == document["_id"]
    assert twins.pooled.insert_many(documents).inserted_ids == [inserted["_id"] for inserted in documents]
    twins.pooled.bulk_write([operation])
    assert twins.pooled.find({}, sort=[("a", 1)]) == [document, *documents, operation._doc]
