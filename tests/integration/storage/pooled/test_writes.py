"""Updates, replacements and bulk writes mean the same in a share of a pool."""

from operator import methodcaller as call
from typing import Any

import pytest
from bson import Timestamp
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tenantry.tenants import TenantCollection
from tests.integration.storage.pooled.twins import Twins
from tests.integration.storage.pooled.values import FILTERS, IDS, OPERATORS

UPDATES: list[Any] = [
    {"$set": {"_id": 1}}, {"$set": {"_id": 1.0}}, {"$set": {"_id": 2}}, {"$set": {"_id": [1]}}, {"$set": {}},
    {}, {"$set": {"_id.x": 1}}, {"$setOnInsert": {"_id": 7}}, {"$setOnInsert": {"_id.x": 7}},
    {"$unset": {"_id": 1}}, {"$unset": {"_id.x": 1}}, {"$rename": {"_id": "x"}}, {"$rename": {"n": "_id"}},
    {"$rename": {"n": "_id.x"}}, {"$rename": {"missing": "_id"}}, {"$inc": {"_id": 1}}, {"$min": {"_id": 0}},
    {"$currentDate": {"_id": True}}, {"$push": {"_id": 1}}, {"$pull": {"_id": 1}},
    {"$set": {"_id": 1, "_id.x": 1}}, {"$bit": {"_id": {"or": 1}}},
    {"$set": {"_id": 1}, "$setOnInsert": {"_id": 1}}, {"$set": {"n": 1}, "$inc": {"n": 1}}, {"$set": 1}, [],
    {"$set": {"n.x": 1}}, {"$set": {"": 1}}, {"$set": {"_id.": 1}}, {"$set": {"$x": 1}},
    {"$unknown": {"a": 1}}, {"a": 1}, [{"$set": {"a": 1}}], {"$v": 2, "diff": {}},
    {"$set": {"tenant": 1, "id": 2}}, {"$push": {"n": 1}}, {"$rename": {"tenant": "id"}},
    {"$setOnInsert": {"a": 1}, "$inc": {"n": 1}}, 1, None,
]  # fmt: skip
REPLACEMENTS: list[Any] = [
    {}, {"a": 1}, {"_id": 1}, {"_id": 1.0, "a": 1}, {"_id": 2}, {"_id": [1]}, {"_id": None},
    {"a": 1, "_id": 8}, {"$set": {"a": 1}}, {"a": 1, "$set": 1}, {"a.b": 1}, {"a": {"$x": 1}},
    {"_id.tenant": 1, "tenant": 2}, [], 1,
]  # fmt: skip
QUERIES: list[Any] = [{"_id": 1}, {"n": 5}, {"_id": 8}, {"n": 8}, {"n": 8, "_id": 9}]
BULKS: list[list[Any]] = [
    [],
    [
        InsertOne({"_id": 1, "k": 1}),
        UpdateOne({"k": 3}, {"$set": {"v": 1}}, upsert=True),
        ReplaceOne({"k": 4}, {"k": 4, "w": 1}, upsert=True),
        ReplaceOne({"k": 4}, {"k": 4, "w": 2}, upsert=True),
        ReplaceOne({"k": 1}, {"k": 5}),
        UpdateMany({"k": {"$gt": 1}}, {"$inc": {"k": 10}}),
        UpdateMany({"k": 99}, {"$inc": {"k": 1}}, upsert=True),
        DeleteOne({"k": 12}),
        DeleteMany({"k": 5}),
        ReplaceOne({"_id": 6}, {"k": 7}, upsert=True),
        ReplaceOne({"k": 70}, {"_id": 8, "k": 8}, upsert=True),
        UpdateOne({"_id": 9}, {"$set": {"k": 9}}, upsert=True),
    ],
    [
        InsertOne({"_id": "x"}),
        ReplaceOne({"k": 5}, {"k": 6}, upsert=True),
        InsertOne({"_id": 7}),
        InsertOne({}),
    ],
    [
        InsertOne({"_id": "x"}),
        ReplaceOne({"k": 5}, {"k": 6}, upsert=True),
        ReplaceOne({"_id": 7}, {"_id": 8}),
    ],
    [InsertOne({"_id": [1]})],
    [UpdateOne({"_id": 7}, {"$inc": {"k": "x"}})],
    [UpdateOne({"_id": 7}, {"$set": {"b.$[x].e": 9}}, array_filters=[{"x.c": 2}])],
    [UpdateOne({"_id": 7}, {"$set": {"b.$[x].e": 9}}, array_filters=[{"x.c": {"$where": "1"}}])],
    [UpdateOne({"_id": 7}, {"$set": {"a": 1}}, collation={"locale": "en"})],
    [UpdateOne({"_id": 7}, {"$set": {"a": 1}}, sort={"_id": 1})],
    [UpdateOne({"_id": 7}, [{"$set": {"a": 1}}])],
    [UpdateMany({}, {"$set": {"a": 1}}, hint="_id_")],
    [DeleteOne({"$where": "1"})],
    [DeleteMany({}, hint={"$natural": 1})],
    [{"insert": 1}],
]


@pytest.mark.parametrize("query", [*FILTERS, *({"_id": operator} for operator in OPERATORS)], ids=repr)
def test_filters(twins: Twins, query: Any) -> None:
    twins.fill([{"_id": document_id, "n": n} for n, document_id in enumerate(IDS)])
    twins.do(call("update_many", query, {"$inc": {"n": 1}}))
    twins.do(
        call("delete_many", query),
        call("update_one", {**query, "none": 1}, {"$set": {"z": 1}}, upsert=True),
        call("replace_one", {**query, "none": 2}, {"z": 1}, upsert=True),
        call("replace_one", {"$and": [query], "none": 2}, {"z": 1}, upsert=True),
    )


@pytest.mark.parametrize("update", UPDATES, ids=repr)
def test_updates(twins: Twins, update: Any) -> None:
    twins.do(call("insert_one", {"_id": 1, "n": 5, "tenant": "t"}))
    for query in QUERIES:
        twins.do(
            call("update_one", query, update),
            call("update_many", query, update),
            call("bulk_write", [UpdateOne(query, update)]),
            call("update_one", query, update, upsert=True),
            call("bulk_write", [UpdateMany(query, update, upsert=True)]),
        )


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=repr)
def test_replacements(twins: Twins, replacement: Any) -> None:
    twins.do(call("insert_one", {"_id": 1, "n": 5}))
    for query in QUERIES:
        twins.do(
            call("replace_one", query, replacement),
            call("bulk_write", [ReplaceOne(query, replacement)]),
            call("replace_one", query, replacement, upsert=True),
            call("bulk_write", [ReplaceOne(query, replacement, upsert=True)]),
        )


@pytest.mark.parametrize("operations", BULKS, ids=lambda operations: repr(operations)[:60])
def test_bulk_writes(twins: Twins, operations: Any) -> None:
    twins.do(call("insert_one", {"_id": 7, "b": [{"c": 1}, {"c": 2}]}), call("bulk_write", operations))


@pytest.mark.parametrize("upsert", [False, True])
def test_empty_timestamps_become_the_present(twins: Twins, upsert: bool) -> None:
    """The server fills them in at the top of a document, but not in its `_id`."""

    def replace(documents: TenantCollection) -> list[bool]:
        documents.replace_one({"n": 1}, {"t": Timestamp(0, 0)}, upsert=upsert)
        return [document["t"].time > 0 for document in documents.find({})]

    if not upsert:
        twins.do(call("insert_one", {"n": 1}))
    said = [replace(twin) for twin in (twins.own, twins.pooled)]
    assert said == [[True], [True]]
