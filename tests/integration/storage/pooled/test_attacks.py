"""No operation reads, counts, changes, locks out or names a neighbour's document, whatever it is made of.

A collection of one's own has no neighbours, so equal answers of a pool tell nothing of them.
"""

from operator import methodcaller as call
from typing import Any, Final

import bson
import pytest
from bson import DBRef, MinKey, Regex
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel, InsertOne, UpdateOne
from pymongo.errors import OperationFailure

from tenantry.errors import TooManyIndexes
from tenantry.storage.pooled.documents import PooledDocuments
from tenantry.storage.pooled.indexes import MAX_INDEXES_OF_COLLECTION, PooledIndexes
from tenantry.tenants import TenantCollection
from tests.integration.storage.pooled.twins import NEIGHBOURS, SECRET, TENANT, Twins

NEIGHBOUR: Final = NEIGHBOURS[0]
FOREIGN_ID: Final = {"tenant": NEIGHBOUR, "id": 1}
TWO_IDS: Final = b"\x17\x00\x00\x00\x10_id\x00\x01\x00\x00\x00\x10_id\x00\x02\x00\x00\x00\x00"
STORED: Final[list[Any]] = [
    {"_id": 1, "a": 1, "tenant": NEIGHBOUR, "_id.tenant": NEIGHBOUR, "n": [1, {"tenant": NEIGHBOUR}]},
    {"_id": FOREIGN_ID, "a": 2, "$_id.tenant": NEIGHBOUR},
    {"_id": {"tenant": TENANT, "id": FOREIGN_ID}, "a": 3, "_id.id": 1},
]
FILTERS: Final[list[Any]] = [
    {}, {"_id.tenant": NEIGHBOUR}, {"tenant": NEIGHBOUR}, {"_id": FOREIGN_ID}, {"_id": [FOREIGN_ID]},
    {"_id": {"$in": [FOREIGN_ID, 1]}}, {"$or": [{"_id.tenant": NEIGHBOUR}, {}]},
    {"$nor": [{"_id.tenant": TENANT}]},
    {"_id.tenant": {"$ne": TENANT}}, {"_id": {"$ne": None}}, {"_id": {"$type": "object"}},
    {"_id": {"$gte": MinKey()}}, {"_id": Regex("")}, {"_id.id.tenant": NEIGHBOUR},
    {"_id._id.tenant": NEIGHBOUR},
    {"$_id.tenant": NEIGHBOUR}, {"secret": {"$exists": True}}, {"_id": {"$elemMatch": {"tenant": NEIGHBOUR}}},
    {"_id": {"$not": {"$eq": {"tenant": TENANT, "id": 1}}}}, {"$expr": True},
    {"$expr": {"$eq": ["$_id.tenant", NEIGHBOUR]}}, {"$where": "true"}, {"$jsonSchema": {}},
    {"$text": {"$search": SECRET}}, {"$alwaysTrue": 1}, {"$sampleRate": 1.0}, {"$comment": NEIGHBOUR},
    {"a": {"$elemMatch": {"$where": "true"}}}, {"a": {"$not": {"$where": "true"}}},
    {"_id": DBRef("pool", FOREIGN_ID)},
    {"a": {"$near": {"$geometry": {"type": "Point", "coordinates": [0, 0]}}}},
    {"$and": [{"$expr": True}]}, {"a": {"$_internalExprGt": 0}}, {"$_internalBucketUnpack": 1},
    {"a": {"$all": [{"$elemMatch": {"$expr": 1}}]}},
]  # fmt: skip
UPDATES: Final[list[Any]] = [
    {"$set": {"_id.tenant": NEIGHBOUR}}, {"$set": {"_id": FOREIGN_ID}}, {"$rename": {"_id.tenant": "x"}},
    {"$rename": {"tenant": "_id.tenant"}}, {"$setOnInsert": {"_id.tenant": NEIGHBOUR}},
    {"$setOnInsert": {"_id": FOREIGN_ID}}, {"$unset": {"_id.tenant": 1}},
    {"$set": {"tenant": NEIGHBOUR, "id": 1}},
    {"$unset": {"_id": 1}}, [{"$set": {"_id.tenant": NEIGHBOUR}}], [{"$replaceWith": {"_id": FOREIGN_ID}}],
    {"$v": 2, "diff": {"u": {"_id": FOREIGN_ID}}}, {"$set": {"_id.id": 5}},
    {"$set": {"_id": {"tenant": TENANT, "id": 1}}}, {"$set": {"n.$[]": NEIGHBOUR}},
]  # fmt: skip
DOCUMENTS: Final[list[Any]] = [
    {"_id": FOREIGN_ID}, {"_id.tenant": NEIGHBOUR}, {"_id": [FOREIGN_ID]}, {"_id": {"tenant": NEIGHBOUR}},
    {"_id": {"$ref": NEIGHBOUR}}, {"_id": {"id": 1, "tenant": NEIGHBOUR}}, {"tenant": NEIGHBOUR, "id": 1},
    {"_id": "x", "a": 1}, {"_id": {"_id": FOREIGN_ID}},
]  # fmt: skip
PIPELINES: Final[list[Any]] = [
    [], [{"$match": {"_id.tenant": NEIGHBOUR}}],
    [{"$match": {"$expr": {"$eq": ["$_id.tenant", {"$literal": NEIGHBOUR}]}}}],
    [{"$match": {"$expr": {"$ne": ["$$ROOT", 1]}}}], [{"$match": {"$or": [{"$expr": True}, {"_id": 1}]}}],
    [{"$project": {"x": "$$ROOT", "y": "$$CURRENT", "z": "$_id.tenant"}}], [{"$set": {"_id": "$$ROOT"}}],
    [{"$group": {"_id": "$_id"}}], [{"$group": {"_id": "$_id.tenant"}}],
    [{"$group": {"_id": None, "n": {"$sum": 1}}}],
    [{"$facet": {"n": [{"$count": "n"}], "of": [{"$match": {"_id.tenant": NEIGHBOUR}}]}}],
    [{"$sample": {"size": 100}}],
    [{"$setWindowFields": {"sortBy": {"a": 1}, "output": {"n": {"$push": "$_id"}}}}], [{"$unset": "_id"}],
    [{"$densify": {"field": "a", "range": {"step": 1, "bounds": "full"}}}],
    [{"$fill": {"output": {"a": {"value": 1}}}}], [{"$redact": "$$KEEP"}],
    [{"$redact": {"$cond": [{"$eq": ["$_id.tenant", NEIGHBOUR]}, "$$KEEP", "$$PRUNE"]}}],
    [{"$bucketAuto": {"groupBy": "$_id", "buckets": 9}}], [{"$sortByCount": "$tenant"}], [{"$count": "n"}],
    [{"$limit": 100}, {"$match": {}}], [{"$skip": 0}, {"$count": "n"}],
    [{"$sort": {"_id.tenant": 1}}, {"$limit": 1}], [{"$set": {"x": {"$meta": "recordId"}}}],
    [{"$set": {"x": {"$meta": "indexKey"}}}], [{"$match": {"$text": {"$search": "x"}}}],
    [{"$lookup": {"from": "pool", "pipeline": [], "as": "all"}}], [{"$unionWith": "pool"}],
    [{"$out": "pool"}],
    [{"$graphLookup": {"from": "pool", "startWith": 1, "connectFromField": "a", "connectToField": "a"}}],
    [{"$merge": {"into": "pool"}}], [{"$collStats": {"count": {}}}], [{"$indexStats": {}}],
    [{"$planCacheStats": {}}], [{"$match": {}, "$unionWith": "pool"}],
    [{"$facet": {"x": [{"$unionWith": "pool"}]}}], [{"$documents": []}], [{"$match": {"$where": "true"}}],
    [{"$set": {"x": {"$function": {"body": "", "args": [], "lang": "js"}}}}],
    [{"$replaceWith": {"$arrayElemAt": [["$$ROOT"], 0]}}],
    [{"$set": {"x": {"$getField": {"field": "tenant", "input": "$_id"}}}}],
    [{"$set": {"x": {"$let": {"vars": {"CURRENT": "$$ROOT"}, "in": "$_id.tenant"}}}}], [{"$unwind": "$_id"}],
]  # fmt: skip
INDEXES: Final[list[tuple[list[Any], str]]] = [
    ([("a", 1)], ""), ([("tenant", 1)], f"{NEIGHBOUR}:a_1"), ([("_id.tenant", 1)], ""),
    ([("_id.id", 1), ("a", 1)], "tenant"), ([("_id", -1)], ""), ([("a", 1)], "_id_"), ([("a", "text")], ""),
    ([("$**", 1)], ""), ([("a", "hashed")], ""), ([("n", "2dsphere")], ""), ([("a.$**", 1)], "x"),
    ([("a", 1)], "*"),
]  # fmt: skip
NAMES: Final = ["tenant", "_id_", "*", "a_1", f"{NEIGHBOUR}:a_1", f"{TENANT}:a_1", "", "$natural"]


@pytest.fixture
def attacked(twins: Twins) -> Twins:
    twins.fill([dict(document) for document in STORED])
    return twins


def tells_nothing(operation: Any, documents: TenantCollection) -> bool:
    """Tell whether what an operation raises tells nothing of others, and not that there are any."""
    try:
        operation(documents)
    except OperationFailure as error:
        text = f"{error} {error.details}"
        return not any(word in text for word in (SECRET, TENANT, "_id.id", "{ tenant"))
    except Exception as error:  # of the check, which knows nothing but the arguments
        return SECRET not in str(error) or SECRET in repr(operation)
    return True


@pytest.mark.parametrize("query", FILTERS, ids=repr)
def test_filters(attacked: Twins, query: Any) -> None:
    attacked.do(
        call("find", query),
        call("count_documents", query),
        call("update_many", query, {"$set": {"hit": True}}),
    )
    attacked.do(
        call("update_one", query, {"$set": {"hit": 2}, "$setOnInsert": {"_id": FOREIGN_ID}}, upsert=True),
        call("replace_one", {"$and": [query, {"none": 1}]}, {"_id": 9}, upsert=True),
        call("modify_one", FOREIGN_ID, lambda current: current and {"hit": 3}),
        call("delete_many", query),
    )


@pytest.mark.parametrize("update", UPDATES, ids=repr)
def test_updates(attacked: Twins, update: Any) -> None:
    for query in ({"_id": 1}, {"_id": FOREIGN_ID}, {"none": 1}):
        for upsert in (False, True):
            operation = call("update_one", query, update, upsert=upsert)
            assert tells_nothing(operation, attacked.pooled)
            attacked.clear()
            attacked.fill([dict(document) for document in STORED])
            attacked.do(operation)
            attacked.do(call("bulk_write", [UpdateOne(query, update, upsert=upsert)]))


@pytest.mark.parametrize("document", DOCUMENTS, ids=repr)
def test_documents(attacked: Twins, document: Any) -> None:
    for operation in (
        call("insert_one", dict(document)),
        call("insert_many", [dict(document), dict(document)]),
        call("bulk_write", [InsertOne(dict(document))]),
        call("replace_one", {"_id": 1}, document),
        call("replace_one", {"none": 1}, document, upsert=True),
    ):
        attacked.do(operation)
        attacked.do(call("find", {}))


@pytest.mark.parametrize("pipeline", PIPELINES, ids=repr)
def test_pipelines(attacked: Twins, pipeline: Any) -> None:
    def results(documents: TenantCollection) -> list[str]:
        return sorted(map(repr, documents.aggregate(pipeline)))

    (said,) = attacked.do(results)
    assert SECRET.encode() not in bytes(said) if isinstance(said, bytes) else said[0] != ""


@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize(("keys", "name"), INDEXES, ids=repr)
def test_indexes(attacked: Twins, keys: Any, name: str, unique: bool) -> None:
    create = call("create_index", keys, unique=unique, name=name)
    assert tells_nothing(create, attacked.pooled)
    attacked.clear()
    attacked.do_to_indexes(call("insert_one", {"_id": 7, "a": 1, "tenant": NEIGHBOUR}), create)
    neighbour = PooledDocuments(attacked.pool, NEIGHBOUR)
    neighbour.insert_one({"_id": "same", "a": -1, "tenant": NEIGHBOUR})
    neighbour.replace_one({"_id": "same"}, {"a": 7, "tenant": NEIGHBOUR})
    assert neighbour.delete_one({"_id": "same"}).deleted_count == 1
    attacked.do_to_indexes(*(call("drop_index", name) for name in NAMES))


def test_duplicate_keys_are_ones_own(attacked: Twins) -> None:
    """A neighbour has all these values under a unique index; so may the tenant, but each only once."""
    create = call("create_index", [("a", 1)], unique=True)
    attacked.do_to_indexes(create, call("insert_one", {"a": 0}), call("insert_one", {"a": 0}))
    assert tells_nothing(call("insert_one", {"_id": 1}), attacked.pooled)
    assert tells_nothing(call("insert_one", {"a": 0}), attacked.pooled)


def test_a_document_has_one_id_however_it_was_encoded(attacked: Twins) -> None:
    twice: Any = RawBSONDocument(
        TWO_IDS.replace(b"\x10_id\x00\x02\x00\x00\x00", b"\x10_id\x00\x05\x00\x00\x00")
    )
    attacked.pooled.insert_one(twice)
    assert list(attacked.pool.find({"_id.tenant": TENANT, "a": None})) == [
        {"_id": {"tenant": TENANT, "id": 5}}
    ]
    assert attacked.foreign() == attacked.neighbours
    assert bson.decode(TWO_IDS) == {"_id": 2}


def test_pool_without_room_for_an_index_goes_on_without(twins: Twins) -> None:
    pool = twins.pool.database["full_pool"]
    pool.create_indexes([IndexModel(f"x{number}") for number in range(MAX_INDEXES_OF_COLLECTION - 2)])
    indexes = PooledIndexes(pool, TENANT)
    assert indexes.create(IndexModel("last"))["numIndexesAfter"] == 2
    with pytest.raises(TooManyIndexes):
        indexes.create(IndexModel("one too many"))
    assert [index["name"] for index in indexes.find()] == ["_id_", "last_1"]
    PooledDocuments(pool, TENANT).insert_one({"last": 1})
