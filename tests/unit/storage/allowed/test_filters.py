"""What a filter, a projection and an order on a tenant's collection may say."""

from typing import Any

import pytest
from bson import Decimal128, Regex
from hypothesis import given

from tenantry.errors import InvalidFields
from tenantry.language import filters as filters_of_clients
from tenantry.storage.allowed import filters
from tenantry.storage.allowed.filters import ForbiddenOperation
from tests.support.query_values import FILTERS


@given(FILTERS)
def test_whatever_clients_may_ask_for_passes(query: Any) -> None:
    try:
        filters_of_clients.check(query)
    except InvalidFields:
        return
    filters.check(query)


@pytest.mark.parametrize(
    "query",
    [
        {"$where": "1"}, {"$expr": True}, {"$text": {"$search": "a"}}, {"$jsonSchema": {}}, {"$unknown": 1},
        {"a": {"$where": "1"}}, {"a": {"$not": {"$where": "1"}}}, {"a": {"$elemMatch": {"$where": "1"}}},
        {"a": {"$elemMatch": {"b": {"$where": "1"}}}}, {"a": {"$elemMatch": {"$or": [{"$expr": True}]}}},
        {"a": {"$all": [{"$elemMatch": {"$where": "1"}}]}}, {"a": {"$gt": 1, "$near": [0, 0]}},
        {"$and": [{"$or": [{"$nor": [{"$expr": True}]}]}]}, {"$or": {"a": 1}}, [], "a", None, {"$and": [1]},
    ],
    ids=repr,
)  # fmt: skip
def test_what_could_see_more_than_fields_is_refused(query: Any) -> None:
    with pytest.raises(ForbiddenOperation):
        filters.check(query)


@pytest.mark.parametrize(
    "query",
    [
        {}, {"$comment": "why"}, {"a": {"b": {"$where": "1"}}},
        {"a": {"$elemMatch": {"$gt": 1}}}, {"a": {"$ref": "c", "$id": 1}}, {"a": {"$not": Regex("a")}},
        {"a": {"$geoWithin": {"$box": [[0, 0], [1, 1]]}}}, {"a.$id": 1}, {"a": {"$in": [{"$where": "1"}]}},
    ],
    ids=repr,
)  # fmt: skip
def test_what_compares_fields_passes(query: Any) -> None:
    filters.check(query)


@pytest.mark.parametrize(
    "query", [{"_id": 1}, {"_id": {"$eq": 1}, "a": 2}, {"a": {"$gt": 1}}, {"_id": {"a": 1}}]
)
def test_upsert_knows_its_id(query: Any) -> None:
    filters.check_upsert(query)


@pytest.mark.parametrize(
    "query",
    [
        {"_id": {"$gt": 1}}, {"_id": {"$eq": 1, "$gt": 0}}, {"_id": Regex("a")}, {"_id.a": 1},
        {"$and": [{"_id": 1}]}, {"$or": [{"$nor": [{"_id.a": 1}]}]}, {"$where": "1"},
    ],
    ids=repr,
)  # fmt: skip
def test_upsert_that_may_not_know_its_id_is_refused(query: Any) -> None:
    with pytest.raises(ForbiddenOperation):
        filters.check_upsert(query)


@pytest.mark.parametrize(
    "projection",
    [
        {}, {"a": 1, "_id": False}, {"a.b": Decimal128("1")}, {"a": {"b": {"c": 0}}},
        {"a": {"$slice": [1, 2]}}, {"a": {"$slice": -1}}, {"a": {"$elemMatch": {"b": {"$gt": 1}}}},
        {"a.$": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_projection_chooses_fields(projection: Any) -> None:
    filters.check_projection(projection)


@pytest.mark.parametrize(
    "projection",
    [
        {"a": "$b"}, {"a": None}, {"a": [1]}, {"a": {"$add": [1, 2]}}, {"a": {"$meta": "recordId"}}, ["a"],
        {"a": {"b": "$c"}}, {"a": {"$slice": ["$b", 1]}}, {"a": {"$slice": [["$_id"], 1]}},
        {"a": {"$elemMatch": {"$where": "1"}}}, {"a": {"$slice": 1, "$elemMatch": {}}}, "a",
    ],
    ids=repr,
)  # fmt: skip
def test_projection_that_computes_is_refused(projection: Any) -> None:
    with pytest.raises(ForbiddenOperation):
        filters.check_projection(projection)


@pytest.mark.parametrize(
    "sort", [[("$natural", 1)], [("a", {"$meta": "textScore"})], [("a", 2)], [("a", "text")]]
)
def test_order_is_one_of_fields(sort: Any) -> None:
    """By `$natural` the server reads a whole pool."""
    filters.check_sort([("a.b", 1), ("_id", -1)])
    with pytest.raises(ForbiddenOperation):
        filters.check_sort(sort)
