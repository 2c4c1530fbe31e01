"""Hypothesis strategies for documents of a kind, and for filters about them."""

import math
from typing import Any

from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from hypothesis import strategies as st

from tests.support.bson_values import DATES

PATHS = st.sampled_from(["a", "b", "a.b", "a.b.c", "b.a", "a.0", "a.0.b", "_id", "_id.a"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from(
        [0, 1, 2, 5, -1, 1.5, -0.0, math.nan, math.inf, -math.inf, Int64(2), Int64(2**62)]
        + [Decimal128(text) for text in ("1.5", "NaN", "2", "-Infinity")]
    )
    | st.sampled_from(["", "a", "b", "ab", "B", "é", "a\0", "\U0001f600"])
    | st.sampled_from([MinKey(), MaxKey(), b"", b"ab", Binary(b"a", 5), Timestamp(1, 2), Timestamp(2, 1)])
    | st.sampled_from([ObjectId(b"\0" * 12), ObjectId(b"\xff" * 12)])
    | st.sampled_from([Regex("a"), Regex("a", "i"), Regex("b")])
    | st.sampled_from([DBRef("c", 1), DBRef("c", "a"), DBRef("d", 1)])
    | DATES
)
CODES = st.sampled_from([Code("a"), Code("b"), Code("a", {"a": 1})])
FIELDS = st.sampled_from("abc")


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for values with arrays and documents, many of them empty."""
    return st.recursive(
        leaves | st.just([]) | st.just({}),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=2),
        max_leaves=5,
    )


VALUES = nested(SCALARS)
STORED_VALUES = nested(SCALARS | CODES)
DOCUMENTS = st.dictionaries(st.sampled_from("ab"), STORED_VALUES)

COMPARISONS = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]
BITS = ["$bitsAllSet", "$bitsAllClear", "$bitsAnySet", "$bitsAnyClear"]
OPERATORS = [*COMPARISONS, *BITS, "$in", "$nin", "$exists", "$type", "$regex", "$options", "$all",
             "$elemMatch", "$size", "$mod", "$not", "$and", "$or", "$nor"]  # fmt: skip
SMALL_INTEGERS = st.integers(-2, 3) | st.sampled_from([Int64(1), 2**31, 2**63 - 1, -(2**63), 1.0, True])
SIMPLE_CONDITIONS = (
    st.dictionaries(st.sampled_from(COMPARISONS), VALUES, min_size=1, max_size=2)
    | st.dictionaries(st.sampled_from(["$in", "$nin", "$all"]), st.lists(VALUES, max_size=2), min_size=1)
    | st.sampled_from(
        [{"$type": "array"}, {"$size": 1}, {"$exists": False}, {"$regex": "a", "$options": "i"}]
    )
)


def _operand(name: str, condition: st.SearchStrategy[Any], query: st.SearchStrategy[Any]) -> Any:
    """Return a strategy for operands that are mostly right for an operator."""
    right: dict[str, st.SearchStrategy[Any]] = {
        "$in": st.lists(VALUES, max_size=3),
        "$nin": st.lists(VALUES, max_size=3),
        "$exists": st.booleans() | SMALL_INTEGERS,
        "$type": st.sampled_from(["string", "number", "array", 4, -1, 127, 0, "text", [], ["null", 2], 10]),
        "$regex": st.sampled_from(["^a", "", "a|b", Regex("a", "i"), "\0", "a" * 1001]),
        "$options": st.sampled_from(["", "i", "imsx", "ii", "g", "l"]),
        "$all": st.lists(VALUES, max_size=3) | st.lists(st.builds(lambda c: {"$elemMatch": c}, condition)),
        "$elemMatch": SIMPLE_CONDITIONS | condition | query,
        "$not": SIMPLE_CONDITIONS | condition | st.just(Regex("a")),
        "$size": SMALL_INTEGERS,
        "$mod": st.lists(SMALL_INTEGERS, min_size=1, max_size=3),
    }
    for logical in ("$and", "$or", "$nor"):
        right[logical] = st.lists(query, max_size=2)
    for bits in BITS:
        right[bits] = SMALL_INTEGERS | st.lists(SMALL_INTEGERS, max_size=2)
    operand = right.get(name, VALUES)
    return st.tuples(st.just(name), st.integers(0, 9).flatmap(lambda chance: operand if chance else VALUES))


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    operators = st.lists(
        st.sampled_from(OPERATORS).flatmap(lambda name: _operand(name, inner, inner)), max_size=2
    ).map(dict)
    return (
        st.dictionaries(PATHS, inner, max_size=2) | operators | st.dictionaries(PATHS, operators, max_size=2)
    )


FILTERS = st.recursive(st.dictionaries(PATHS, VALUES, max_size=2), _larger, max_leaves=4)
"""Filters, some of which are not allowed."""
