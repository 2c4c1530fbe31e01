"""What passes takes time in proportion to the document, whatever both are."""

from collections.abc import Callable
from typing import Any

import pytest
from bson import Regex
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pymongo.collection import Collection

from tenantry.language import costs
from tenantry.language.costs import CostlyQuery
from tests.support.patterns import PATTERNS
from tests.support.sampling import examples
from tests.support.server_time import server_seconds

SECONDS = 2  # for the largest document; a request has 3 s, and is over a second later
EXAMPLES = examples(120)


def nested(number: int) -> Any:
    """Arrays in arrays, and documents with names of digits, so that each name leads on in two ways."""
    value: Any = {"0": 1, "a": 1}
    for _ in range(20):
        value = {"0": [value], "a": [value]} if len(str(value)) < 2000 else {"0": [value]}
    return [value] * (number // 1000)


FAMILIES: dict[str, Callable[[int], Any]] = {
    "one letter": lambda n: "a" * n + "xc",
    "two letters": lambda n: "ab" * (n // 2) + "xc",
    "lines": lambda n: "a\n" * (n // 2) + "xc",
    "empty lines": lambda n: "\n" * n + "xc",
    "words": lambda n: ["a" * 30 + "xc"] * (n // 40),
    "numbers": lambda n: [1] * (n // 11),
    "arrays": lambda n: [[[1], [1]]] * (n // 40),
    "documents": lambda n: [{"a": [1], "0": "a"}] * (n // 40),
    "nested": nested,
}


def seconds(stored: Collection[dict[str, Any]], query: dict[str, Any], attempts: int = 1) -> float:
    return server_seconds(stored, lambda: list(stored.find(query, {"_id": 1})), attempts)


def fill(stored: Collection[dict[str, Any]], values: dict[str, Any]) -> None:
    stored.delete_many({})
    for name, value in values.items():
        stored.insert_one({"_id": name, "a": value, "0": value})


CONDITIONS = {"$or": [{"a": {"$gt": i}} for i in range(2, 502)]}
HARD: dict[str, list[dict[str, Any]]] = {
    "one letter": [
        {"a": {"$regex": "a{1,90}c"}},
        {"a": {"$regex": "a" * 190 + "c"}},
        {"a": {"$regex": "(a|b|aa){1,3}c"}},
        {"a": {"$regex": "^a{0,30}a*c"}},
        {"a": {"$regex": "^[^y]*[ac]{0,40}[^a]c$"}},
        {"a": {"$regex": ".*a.{0,40}c$"}},
        {"a": {"$in": [Regex(f"a{{{i}}}c", "is") for i in range(1, 17)]}},
    ],
    "lines": [{"a": {"$regex": ".*a.{0,40}c$"}}, {"a": {"$regex": ".*?[^b]{0,20}yc?", "$options": "s"}}],
    "words": [{"a": {"$in": [Regex(f"{chr(i)}c") for i in range(0x4E00, 0x4E00 + 50)]}}],
    "numbers": [CONDITIONS, {"a": {"$all": [1, *range(2, 501)]}}, {"a": {"$nin": list(range(2, 1000))}}],
    "documents": [{"a.0.0": 2}, {"a": {"$elemMatch": {"0.0": 2, "a.0": 2}}}, {"a.0": {"$all": ["b"] * 200}}],
    "nested": [{"a.0.a.0": 2}, {"a.0.0.a.a.a.a.a": 2}, {"a.a.0": {"$elemMatch": {"a.0.a": 2}}}],
}


@pytest.mark.parametrize(("family", "query"), [(name, query) for name in HARD for query in HARD[name]])
def test_time_grows_with_the_document(
    family: str, query: dict[str, Any], stored: Collection[dict[str, Any]]
) -> None:
    """What grows with the square takes 16 times as long for four times as much."""
    costs.check(query)
    sizes = (120_000, 480_000)
    taken = []
    for size in sizes:
        fill(stored, {family: FAMILIES[family](size)})
        taken.append(seconds(stored, query, attempts=2))
    assert taken[1] < 8 * taken[0] + 0.04
    assert taken[1] < SECONDS


# The texts hold the last letter, else the server would not begin to match.
SLOW_PATTERNS = st.builds(
    "{}{}c".format,
    st.sampled_from(["", "", "^", ".*"]),
    st.lists(
        st.builds(
            "{}{}".format,
            st.sampled_from(["a", "[ab]", ".", "[^y]", r"\w", "(a|b)", "(a|ab)", "(a?b?)"]),
            st.sampled_from(["", "?", "*", "+", "{0,9}", "{1,40}", "{2,}"]),
        ),
        min_size=1,
        max_size=4,
    ).map("".join),
)
LEAVES = (
    (PATTERNS | SLOW_PATTERNS | SLOW_PATTERNS).map(lambda pattern: {"$regex": pattern})
    | st.sampled_from(
        [2, {"$gt": 1}, {"$size": 7}, {"$all": [1, 2, 3]}, {"$in": ["b", 2, None]}, {"$type": 16}]
    )
    | st.sampled_from([{"$exists": False}, {"$not": {"$lt": 5}}, {"$nin": [1]}, {"$elemMatch": {"$gt": 5}}])
)
PATHS = st.lists(st.sampled_from(["a", "0", "1"]), min_size=1, max_size=6).map(".".join)
QUERIES = st.recursive(
    st.dictionaries(PATHS, LEAVES, min_size=1, max_size=2),
    lambda inner: (
        st.dictionaries(PATHS, inner.map(lambda query: {"$elemMatch": query}), min_size=1, max_size=2)
        | st.dictionaries(
            st.sampled_from(["$or", "$and", "$nor"]), st.lists(inner, min_size=1, max_size=3), min_size=1
        )
        | st.dictionaries(PATHS, inner.map(lambda query: {"$not": {"$elemMatch": query}}), min_size=1)
        | st.dictionaries(PATHS, inner.map(lambda query: {"$all": [{"$elemMatch": query}] * 2}), min_size=1)
    ),
    max_leaves=6,
)


def test_nothing_that_passes_takes_long(stored: Collection[dict[str, Any]]) -> None:
    fill(stored, {name: make(480_000) for name, make in FAMILIES.items()})
    passed = 0

    without_shrinking = (Phase.explicit, Phase.generate)  # the server is busy then
    simplest = LEAVES.map(lambda leaf: {"a": leaf})

    @settings(deadline=None, derandomize=True, database=None, max_examples=EXAMPLES, phases=without_shrinking)
    @given(QUERIES | simplest)
    def check(query: dict[str, Any]) -> None:
        nonlocal passed
        try:
            costs.check(query)
        except CostlyQuery:
            return
        passed += 1
        assert seconds(stored, query) < SECONDS

    check()
    assert passed > EXAMPLES / 4
