from typing import Any

import pytest
from bson import Code, DBRef, Int64, ObjectId, Regex
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import InvalidFields
from tenantry.language import filters
from tenantry.language.filters import MAX_DEPTH, MAX_KEYS
from tenantry.language.regular_expressions import MAX_CHARACTERS
from tests.support.query_values import FILTERS, OPERATORS

FORBIDDEN = [
    "$where", "$expr", "$function", "$accumulator", "$jsonSchema", "$text", "$comment", "$rand",
    "$sampleRate", "$geoWithin", "$geoIntersects", "$near", "$nearSphere", "$alwaysTrue", "$alwaysFalse",
    "$lookup", "$out",
    "$_internalExprEq", "$minKey", "$ref", "$id", "$", "$$ROOT", "$EQ", "$eq ", "$set", "$search", "$natural",
]  # fmt: skip


def refused(query: Any) -> dict[str, str]:
    with pytest.raises(InvalidFields) as caught:
        filters.check(query)
    (error,) = caught.value.extensions["errors"]
    return dict(error)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"a": 1, "b.c.0.d": None},
        {"a": {"b": {"c.d": 1}}},
        {"a": {}},
        {"a": {"$gte": 1, "$lt": ObjectId()}},
        {"a": {"$in": [1, Regex("^a"), {"b": 1}], "$nin": []}},
        {"a": {"$not": {"$elemMatch": {"b": {"$exists": False}, "$or": [{"c": 1}]}}}},
        {"a": {"$elemMatch": {"$gt": 1, "$lt": 5}}},
        {"a": {"$all": [{"$elemMatch": {"b": 1}}, {"$elemMatch": {"$eq": 1}}]}},
        {"a": {"$regex": "^a", "$options": "is"}, "b": Regex("a", "s")},
        {"a": {"$not": Regex("a")}},
        {"a": {"$type": ["string", 1, "number"]}, "b": {"$type": -1}},
        {"a": {"$size": 0}, "b": {"$mod": [Int64(4), -1]}, "c": {"$bitsAllSet": [0, 63]}},
        {"$and": [{"a": 1}, {"$or": [{"b": 1}, {}]}, {"$nor": [{"c": 1}]}]},
        {"a": DBRef("c", ObjectId()), "b": {"$ne": DBRef("c", {"d": 1})}},
    ],
)
def test_comparisons_with_values_pass(query: dict[str, Any]) -> None:
    filters.check(query)


@pytest.mark.parametrize("name", FORBIDDEN)
def test_other_operators_are_refused_wherever_they_stand(name: str) -> None:
    for value in ("this.a == 1", {"$eq": ["$a", 1]}, 1):
        bad = {name: value}
        assert refused(bad)["field"] == f"filter.{name}"
        assert refused({"a": 1} | bad)["field"] == f"filter.{name}"
        assert refused({"a": bad})["field"] == f"filter.a.{name}"
        assert refused({"a": {"$gt": 1} | bad})["field"] == f"filter.a.{name}"
        assert refused({"a": {"b": bad}})["field"] == f"filter.a.b.{name}"
        assert refused({"a": [1, [bad]]})["field"] == f"filter.a.1.0.{name}"
        assert refused({"a": {"$not": bad}})["field"] == f"filter.a.$not.{name}"
        for comparison in ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte"):
            assert refused({"a": {comparison: bad}})["field"] == f"filter.a.{comparison}.{name}"
        for choice in ("$in", "$nin", "$all"):
            assert refused({"a": {choice: [1, {"b": bad}]}})["field"] == f"filter.a.{choice}.1.b.{name}"
        assert refused({"a": {"$elemMatch": bad}})["field"] == f"filter.a.$elemMatch.{name}"
        assert refused({"a": {"$elemMatch": {"b": bad}}})["field"] == f"filter.a.$elemMatch.b.{name}"
        assert refused({"$or": [{"a": 1}, {"$and": [bad]}]})["field"] == f"filter.$or.1.$and.0.{name}"
        assert refused({"a": DBRef("c", bad)})["field"] == f"filter.a.$id.{name}"


@pytest.mark.parametrize("query", [None, [], "a", ObjectId(), Regex("a"), DBRef("c", 1)])
def test_a_filter_is_an_object(query: Any) -> None:
    assert refused(query)["field"] == "filter"
    assert refused({"$and": [query]})["field"] == "filter.$and.0"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"a": Code("1")}, "a"),
        ({"a": {"$gt": [{"b": Code("1", {})}]}}, "a.$gt.0.b"),
        ({"a": DBRef("c", Code("1"))}, "a.$id"),
        ({"": 1}, ""),
        ({"a.$b": 1}, "a.$b"),
        ({"a..b": 1}, "a..b"),
        ({"a\0": 1}, "a\0"),
        ({"a": {"b\0": 1}}, "a.b\0"),
        ({"$and": []}, "$and"),
        ({"$or": {"a": 1}}, "$or"),
        ({"$nor": [1]}, "$nor.0"),
        ({"a": {"$and": [{"b": 1}]}}, "a.$and"),
        ({"$not": {"a": 1}}, "$not"),
        ({"$eq": 1}, "$eq"),
        ({"a": {"$gt": 1, "b": 2}}, "a.b"),
        ({"a": {"b": 2, "$gt": 1}}, "a.b"),
        ({"a": {"$gt": Regex("a")}}, "a.$gt"),
        ({"a": {"$in": 1}}, "a.$in"),
        ({"a": {"$in": [{"$gt": 1}]}}, "a.$in.0.$gt"),
        ({"a": {"$exists": "yes"}}, "a.$exists"),
        ({"a": {"$type": "text"}}, "a.$type.0"),
        ({"a": {"$type": True}}, "a.$type.0"),
        ({"a": {"$type": []}}, "a.$type"),
        ({"a": {"$regex": 1}}, "a.$regex"),
        ({"a": {"$regex": "a\0"}}, "a.$regex"),
        ({"a": {"$regex": "a" * (MAX_CHARACTERS + 1)}}, "a.$regex"),
        ({"a": {"$in": [Regex("a" * (MAX_CHARACTERS + 1))]}}, "a.$in.0"),
        ({"a": {"$regex": "(a+)+b"}}, "a.$regex"),
        ({"a": {"$regex": "a", "$options": "m"}}, "a.$options"),
        ({"a": Regex("a", "x")}, "a"),
        ({"$or": [{"a": {"$not": Regex("a++b")}}]}, "$or.0.a.$not"),
        ({"a": {"$all": [1, Regex("a*b")]}}, "a.$all.1"),
        ({"a": {"$nin": [Regex("(?=a)")]}}, "a.$nin.0"),
        ({"0.0.0": 1}, "0.0.0"),
        (
            {"0": {"$elemMatch": {"1.a": {"$not": {"$elemMatch": {"2": 1}}}}}},
            "0.$elemMatch.1.a.$not.$elemMatch.2",
        ),
        ({"a": Regex("a", "l")}, "a"),
        ({"a": {"$options": "i"}}, "a.$options"),
        ({"a": {"$regex": Regex("a", "i"), "$options": "m"}}, "a.$options"),
        ({"a": {"$regex": "a", "$options": "g"}}, "a.$options"),
        ({"a": {"$all": 1}}, "a.$all"),
        ({"a": {"$all": [{"$elemMatch": {}}, 1]}}, "a.$all.1"),
        ({"a": {"$all": [{"$gt": 1}]}}, "a.$all.0"),
        ({"a": {"$elemMatch": 1}}, "a.$elemMatch"),
        ({"a": {"$elemMatch": {"$gt": 1, "$or": [{"b": 1}]}}}, "a.$elemMatch.$gt"),
        ({"a": {"$not": 1}}, "a.$not"),
        ({"a": {"$not": {}}}, "a.$not"),
        ({"a": {"$size": -1}}, "a.$size"),
        ({"a": {"$size": 1.0}}, "a.$size"),
        ({"a": {"$size": 2**31}}, "a.$size"),
        ({"a": {"$mod": [0, 1]}}, "a.$mod"),
        ({"a": {"$mod": [1]}}, "a.$mod"),
        ({"a": {"$mod": [2, "1"]}}, "a.$mod"),
        ({"a": {"$bitsAnySet": -1}}, "a.$bitsAnySet"),
        ({"a": {"$bitsAnySet": [1, -1]}}, "a.$bitsAnySet"),
    ],
)
def test_wrong_operands_are_refused_by_their_path(query: dict[str, Any], field: str) -> None:
    assert refused(query)["field"] == f"filter.{field}"


def test_a_filter_has_a_size() -> None:
    filters.check({f"a{number}": number for number in range(MAX_KEYS)})
    assert "200 keys" in refused({"a": {f"a{number}": number for number in range(MAX_KEYS)}})["message"]
    value: Any = 1
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    filters.check({"a": value})
    assert "nested" in refused({"a": [value]})["message"]
    nested: Any = {"a": 1}
    for _ in range(500):
        nested = {"$and": [nested]}
    assert "nested" in refused(nested)["message"]


@given(FILTERS)
def test_what_passes_holds_no_operator_but_the_listed_ones(query: dict[str, Any]) -> None:
    try:
        filters.check(query)
    except InvalidFields as error:
        assert all(wrong["field"].startswith("filter") for wrong in error.extensions["errors"])  # noqa: PT017
    else:
        assert operators(query) <= set(OPERATORS)


@given(FILTERS, st.sampled_from(FORBIDDEN), st.data())
def test_a_forbidden_key_never_passes(query: dict[str, Any], name: str, data: st.DataObject) -> None:
    objects = [part for part in parts(query) if isinstance(part, dict)]
    data.draw(st.sampled_from(objects))[name] = data.draw(st.sampled_from([1, {}, "x"]))
    refused(query)


def parts(value: Any) -> list[Any]:
    """Return a value and all values inside it."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(part for child in children for part in parts(child))]


def operators(value: Any) -> set[str]:
    objects = [part for part in parts(value) if isinstance(part, dict)]
    return {name for part in objects for name in part if name.startswith("$")}
