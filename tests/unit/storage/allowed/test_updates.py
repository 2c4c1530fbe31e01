"""What updates and bulk operations on a tenant's collection may say."""

from collections.abc import Callable
from typing import Any

import pytest
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tenantry.storage.allowed import updates
from tenantry.storage.allowed.filters import ForbiddenOperation


@pytest.mark.parametrize(
    "update",
    [
        {"$set": {"a": 1, "_id": 1}}, {"$setOnInsert": {"_id": 1}}, {"$rename": {"a": "b"}},
        {"$inc": {"a._id": 1}}, {"$pull": {"a": {"_id": 1}}}, {"$unset": {"_ids": ""}}, {"$set": {}},
    ],
    ids=repr,
)  # fmt: skip
def test_update_of_fields_passes(update: Any) -> None:
    updates.check({"_id": 1}, update, upsert=True)


@pytest.mark.parametrize(
    "update",
    [
        {"$set": {"_id.a": 1}}, {"$unset": {"_id": ""}}, {"$rename": {"a": "_id"}},
        {"$rename": {"a": "_id.b"}}, {"$inc": {"_id": 1}}, {"$v": 2, "diff": {}}, {"a": 1},
        {"$set": {"a": 1}, "b": 1}, {"$set": 1}, {}, [], [{"$set": {"a": 1}}], None,
    ],
    ids=repr,
)  # fmt: skip
def test_update_that_computes_or_changes_an_id_is_refused(update: Any) -> None:
    with pytest.raises(ForbiddenOperation):
        updates.check({}, update)


@pytest.mark.parametrize("replacement", [{"$set": {}}, {"a": 1, "$b": 1}, [{"a": 1}], None])
def test_replacement_is_a_document(replacement: Any) -> None:
    updates.check_replacement({}, {"a": {"$b": 1}})
    with pytest.raises(ForbiddenOperation):
        updates.check_replacement({}, replacement)


@pytest.mark.parametrize(
    "operation",
    [
        UpdateOne({"$where": "1"}, {"$set": {"a": 1}}),
        UpdateMany({"_id": {"$gt": 1}}, {"$set": {"a": 1}}, upsert=True), UpdateOne({}, [{"$set": {"a": 1}}]),
        UpdateOne({}, {"$set": {"a.$[x]": 1}}, array_filters=[{"$expr": True}]), ReplaceOne({}, {"$set": {}}),
        ReplaceOne({"$expr": True}, {}), DeleteOne({"$expr": True}), DeleteOne({}, hint="_id_"),
        DeleteOne({}, collation={"locale": "en"}), {"insertOne": {}},
    ],
    ids=repr,
)  # fmt: skip
def test_bulk_with_one_refused_operation_is_refused(operation: Any) -> None:
    with pytest.raises(ForbiddenOperation):
        updates.check_bulk([InsertOne({"a": 1}), operation])


@pytest.mark.parametrize("own_id", [{"$x": 1}, {"a": {"$x": 1}}], ids=repr)
def test_id_that_not_every_server_stores_is_refused_wherever_it_comes_from(own_id: Any) -> None:
    updates.check({"_id": {"$eq": own_id}}, {"$set": {"a": 1}})
    updates.check_replacement({"_id": {"$eq": own_id}}, {"a": 1})
    attempts: list[Callable[[], None]] = [
        lambda: updates.check({"_id": {"$eq": own_id}}, {"$set": {"a": 1}}, upsert=True),
        lambda: updates.check({}, {"$set": {"_id": own_id}}),
        lambda: updates.check({"a": 1}, {"$setOnInsert": {"_id": own_id}}, upsert=True),
        lambda: updates.check_replacement({"_id": {"$eq": own_id}}, {"a": 1}, upsert=True),
        lambda: updates.check_replacement({}, {"_id": own_id}),
        lambda: updates.check_document({"_id": own_id}),
        lambda: updates.check_bulk([InsertOne({"_id": own_id})]),
        lambda: updates.check_bulk([UpdateOne({"_id": {"$eq": own_id}}, {"$set": {"a": 1}}, upsert=True)]),
    ]
    for attempt in attempts:
        with pytest.raises(ForbiddenOperation, match="An _id holds no name that begins with"):
            attempt()
