"""Filters, projections and orders mean the same in a share of a pool."""

from collections.abc import Callable
from operator import methodcaller as call
from typing import Any

import pytest

from tests.integration.storage.pooled.twins import Twins
from tests.integration.storage.pooled.values import FILTERS, IDS, OPERATORS, REFUSED_IDS

PROJECTIONS: list[Any] = [
    None, {}, {"_id": 0}, {"_id": 1}, {"_id": True}, {"_id": 0.0}, {"n": 1}, {"n": 0}, {"n": 1, "_id": 0},
    {"n": 0, "_id": 1}, {"n": 0, "_id": 0}, {"_id.a": 1}, {"_id.a": 0}, {"_id": {"a": 1}}, {"_id": {"a": 0}},
    {"_id.x.y": 1}, {"_id.tenant": 1}, {"_id.tenant": 0}, {"_id.id": 1}, {"_id": {"tenant": 1}},
    {"tenant": 1}, {"id": 1}, {"_id": 1, "_id.a": 1}, {"_id.a": 1, "n": 0}, {"_id.x": {"$slice": 1}},
    {"_id": {"$slice": 1}}, {"_id.x": {"$elemMatch": {"y": 2}}}, {"x": "$_id"}, {"x": "$$ROOT"},
    {"_id": "$n"}, {"_id": {}}, {"x": {"$add": ["$n", 1]}}, {"x": {"$meta": "recordId"}},
    {"x": {"$literal": 1}}, {"n.$": 1}, {"_id.$": 1}, {"x": {"$slice": ["$_id", 1]}},
    {"x": {"$slice": [["$_id"], 1]}}, {"$x": 1}, {"": 1}, {"a..b": 1}, {"x": None}, {"x": [1]},
    {"x": {"$elemMatch": {"$where": "1"}}}, {"x": {"y": {"z": 1}}}, {"x": {"y": "$n"}},
]  # fmt: skip
SORTS: list[Any] = [
    [("_id", -1)], [("_id.a", 1), ("_id", 1)], [("_id.tenant", -1), ("_id", 1)], [("n", -1)], [("n", 2)],
    [("tenant", 1), ("_id", -1)], [("$natural", 1)], [("$natural", -1)], [("n", {"$meta": "textScore"})],
    [("_id", 1), ("_id", -1)], [("", 1)], [("n.", 1), ("_id", 1)],
]  # fmt: skip


@pytest.fixture(scope="module")
def filled(new_twins: Callable[[], Twins]) -> Twins:
    """Twins that are only read."""
    filled = new_twins()
    filled.fill([{"_id": document_id, "n": n, "tenant": "t"} for n, document_id in enumerate(IDS)])
    return filled


@pytest.mark.parametrize(
    "query", [*FILTERS, *({"_id": document_id} for document_id in (*IDS, *REFUSED_IDS, *OPERATORS))], ids=repr
)
def test_filters(filled: Twins, query: Any) -> None:
    pipeline = [{"$match": query}, {"$sort": {"_id": 1}}]
    filled.do(call("find", query), call("count_documents", query), call("aggregate", pipeline))


@pytest.mark.parametrize("projection", PROJECTIONS, ids=repr)
def test_projections(filled: Twins, projection: Any) -> None:
    query = {"_id": {"a": 1, "b": 2}}
    filled.do(call("find", {}, projection), call("find_one", query, projection))


@pytest.mark.parametrize("sort", SORTS, ids=repr)
def test_sorts(filled: Twins, sort: Any) -> None:
    filled.do(call("find", {}, sort=sort), call("find", {"n": {"$gt": 3}}, sort=sort, skip=2, limit=5))


@pytest.mark.parametrize("query", ["a", None, 1, [], [("a", 1)]], ids=repr)
def test_what_is_no_filter_is_refused(filled: Twins, query: Any) -> None:
    said = filled.do(call("find", query), call("find_one", query), call("count_documents", query))
    assert {outcome[0] for outcome in said} == {"ForbiddenOperation"}


@pytest.mark.parametrize(
    "query",
    [
        {"a": 2}, {"a": {"$gt": 1}}, {"b": {"$elemMatch": {"c": 2}}}, {"_id": 1, "b.c": 2}, {"n": 1},
        {"_id": 1}, {"$and": [{"a": 2}, {"b.c": 1}]}, {"$or": [{"a": 3}, {"b.c": 9}]},
    ],
    ids=repr,
)  # fmt: skip
def test_positional_operators(twins: Twins, query: Any) -> None:
    document = {"_id": 1, "a": [1, 2, 3], "b": [{"c": 1, "d": 1}, {"c": 2, "d": 2}], "n": 1}
    projections = [
        {"a.$": 1}, {"b.$": 1}, {"b": {"$elemMatch": {"c": 2}}}, {"a": {"$slice": [1, 1]}}, {"b.c.$": 1},
    ]  # fmt: skip
    twins.do(call("insert_one", document), *(call("find", query, projection) for projection in projections))
    for update in (
        {"$set": {"a.$": 5}},
        {"$inc": {"b.$.d": 1}},
        {"$set": {"b.$[].e": 1}},
        {"$pop": {"a": 1}},
    ):
        twins.do(call("update_many", query, update), call("update_one", query, update, upsert=True))
