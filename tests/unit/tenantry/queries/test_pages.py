import base64
from typing import Any

import bson
import pytest
from bson import MinKey, ObjectId
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import InvalidFields
from tenantry.extended_json import CODEC_OPTIONS
from tenantry.queries import pages, sorting
from tenantry.queries.pages import MAX_CURSOR_CHARACTERS, cursor_of, pipeline
from tests.support.bson_values import VALUES, exactly

SORT = sorting.parse("-age,name")
QUERY = {"age": {"$gt": 1}}
LAST = {"document": {}, "sort_key": [[5], ["a"], [ObjectId(b"\0" * 12)]]}
CURSOR = cursor_of(QUERY, SORT, LAST)


def refusal(cursor: str, query: dict[str, Any] = QUERY, sort: sorting.Sort = SORT) -> str:
    with pytest.raises(InvalidFields) as caught:
        pipeline(query, sort, None, 10, cursor)
    (error,) = caught.value.extensions["errors"]
    assert error["field"] == "cursor"
    return str(error["message"])


def token(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(bson.encode(document, codec_options=CODEC_OPTIONS)).decode()


def digest() -> bytes:
    found: bytes = bson.decode(base64.urlsafe_b64decode(CURSOR + "=="))["of"]
    return found


def test_a_cursor_continues_with_other_fields_and_limits() -> None:
    assert pipeline(QUERY, SORT, None, 10, CURSOR) != pipeline(QUERY, SORT, None, 10, None)
    assert {"$limit": 3} in pipeline(QUERY, SORT, {"_id": 1, "name": 1}, 3, CURSOR)


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        ({"age": {"$gt": 2}}, "-age,name"),
        ({"age": {"$gt": 1.0}}, "-age,name"),
        ({}, "-age,name"),
        (QUERY, "age,name"),
        (QUERY, "-age,-name"),
        (QUERY, "-age,names"),
    ],
)
def test_a_cursor_of_another_filter_or_order_is_refused(query: dict[str, Any], sort: str) -> None:
    assert "same filter and sort" in refusal(CURSOR, query, sorting.parse(sort))


@pytest.mark.parametrize("sort", [None, "name", "-age,name,city", "_id"])
def test_a_cursor_of_another_number_of_fields_is_refused(sort: str | None) -> None:
    refusal(CURSOR, QUERY, sorting.parse(sort))


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "====", "é", "\ud800", "\0", CURSOR[:-4], CURSOR[4:], CURSOR + CURSOR, "!" + CURSOR, "null",
        "{}", CURSOR + " ", "A" * (MAX_CURSOR_CHARACTERS + 1), "A" * MAX_CURSOR_CHARACTERS,
    ],
)  # fmt: skip
def test_text_that_is_no_cursor_is_refused(cursor: str) -> None:
    assert "earlier page" in refusal(cursor)


@pytest.mark.parametrize(
    "after",
    [None, 1, "abc", {}, [], [1, 2, 3], [[1], [2]], [[1], [2], [3], [4]], [[1], [2], []], [[1], [2],
     {"$gt": 1}], {"0": [1], "1": [2], "2": [3]}],
)  # fmt: skip
def test_a_position_of_a_wrong_shape_is_refused(after: Any) -> None:
    assert "earlier page" in refusal(token({"of": digest(), "after": after}))
    refusal(token({"after": LAST["sort_key"]}))
    refusal(token({"of": digest()}))


@pytest.mark.parametrize("kind", ["arrays", "objects"])
@pytest.mark.parametrize("depth", [pages.MAX_DEPTH, 370])
def test_a_position_nested_too_deeply_is_refused(kind: str, depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value] if kind == "arrays" else {"": value}
    assert "earlier page" in refusal(token({"of": digest(), "after": [[value], [1], [1]]}))


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 200))
def test_a_garbled_cursor_is_refused_or_a_position(octets: bytes, start: int, end: int) -> None:
    genuine = base64.urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4))
    garbled = genuine[:start] + octets + genuine[end:]
    for sent in (garbled, octets):
        try:
            stages = pipeline(QUERY, SORT, None, 10, base64.urlsafe_b64encode(sent).decode())
        except InvalidFields:
            continue
        bson.encode({"pipeline": stages}, codec_options=CODEC_OPTIONS)


@given(st.lists(VALUES, min_size=3, max_size=3))
def test_a_position_holds_its_values_exactly_and_as_literals(values: list[Any]) -> None:
    try:
        cursor = cursor_of(QUERY, SORT, {"sort_key": [[value] for value in values]})
        stages = pipeline(QUERY, SORT, None, 10, cursor)
    except InvalidFields:
        return
    (comparison,) = [stage["$match"]["$expr"] for stage in stages if "$expr" in stage.get("$match", {})]
    last = comparison["$or"][-1]["$and"]
    assert [list(literal) for condition in last for _, literal in condition.values()] == [["$literal"]] * 3
    found = [literal["$literal"] for condition in last for _, literal in condition.values()]
    assert exactly(found) == exactly([[value] for value in values])


def test_directions_decide_what_is_behind() -> None:
    (comparison,) = [
        stage["$match"]["$expr"]
        for stage in pipeline(QUERY, SORT, None, 10, CURSOR)
        if "$expr" in stage.get("$match", {})
    ]
    operators = [[name for condition in one["$and"] for name in condition] for one in comparison["$or"]]
    assert operators == [["$lt"], ["$eq", "$gt"], ["$eq", "$eq", "$gt"]]


def test_values_too_long_for_a_url_are_refused() -> None:
    with pytest.raises(InvalidFields) as caught:
        cursor_of(QUERY, SORT, {"sort_key": [["x" * MAX_CURSOR_CHARACTERS], [1], [MinKey()]]})
    assert [error["field"] for error in caught.value.extensions["errors"]] == ["sort"]
