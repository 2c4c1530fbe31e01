import base64
from typing import Any

import bson
import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import CursorOutdated, InvalidFields
from tenantry.language import cursors, sorting
from tenantry.language.cursors import MAX_CHARACTERS, cursor_of, sort_key_of
from tenantry.language.extended_json import CODEC_OPTIONS
from tests.support.bson_values import VALUES, exactly

SORT = sorting.parse("-age,name")
QUERY = {"age": {"$gt": 1}}
SORT_KEY: list[list[Any]] = [[5], ["a"], [ObjectId(b"\0" * 12)]]
CURSOR = cursor_of(QUERY, SORT, SORT_KEY)


def read(cursor: str, query: dict[str, Any] = QUERY, sort: sorting.Sort = SORT) -> list[list[Any]]:
    """Return the sort key of a cursor that holds it."""
    return sort_key_of(cursor, query, sort, not_asked)


def not_asked(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    raise AssertionError(stages)


def refusal(cursor: str, query: dict[str, Any] = QUERY, sort: sorting.Sort = SORT) -> str:
    with pytest.raises(InvalidFields) as caught:
        read(cursor, query, sort)
    (error,) = caught.value.extensions["errors"]
    assert error["field"] == "cursor"
    return str(error["message"])


def token(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(bson.encode(document, codec_options=CODEC_OPTIONS)).decode()


def digest() -> bytes:
    of: bytes = bson.decode(base64.urlsafe_b64decode(CURSOR + "=="))["of"]
    return of


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
        "{}", CURSOR + " ", "A" * (MAX_CHARACTERS + 1), "A" * MAX_CHARACTERS,
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
    refusal(token({"after": SORT_KEY}))
    refusal(token({"of": digest()}))


@pytest.mark.parametrize("kind", ["arrays", "objects"])
@pytest.mark.parametrize("depth", [cursors.MAX_DEPTH, 370])
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
            sort_key = read(base64.urlsafe_b64encode(sent).decode())
        except InvalidFields:
            continue
        assert len(sort_key) == len(SORT)
        exactly(sort_key)


@given(st.lists(VALUES, min_size=3, max_size=3))
def test_a_position_holds_its_values_exactly(values: list[Any]) -> None:
    sort_key = [[value] for value in values]
    assert exactly(read(cursor_of(QUERY, SORT, sort_key))) == exactly(sort_key)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"": value}
    return value


@pytest.mark.parametrize("value", ["x" * MAX_CHARACTERS, nested(cursors.MAX_DEPTH + 1)])
def test_what_does_not_fit_is_read_again(value: Any) -> None:
    sort_key = [["x"], [value], [ObjectId()]]
    cursor = cursor_of(QUERY, SORT, sort_key)
    assert len(cursor) <= MAX_CHARACTERS
    asked: list[Any] = []

    def find(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        asked.append(stages[0])
        return [{"sort_key": sort_key}]

    assert sort_key_of(cursor, QUERY, SORT, find) == sort_key
    assert asked == [{"$match": {"$expr": {"$eq": ["$_id", {"$literal": sort_key[-1][0]}]}}}]


@pytest.mark.parametrize("answer", [[], [{"sort_key": [["y"], ["x" * MAX_CHARACTERS], [1]]}]])
def test_a_place_that_is_another_by_now_is_none(answer: list[dict[str, Any]]) -> None:
    cursor = cursor_of(QUERY, SORT, [["x"], ["x" * MAX_CHARACTERS], [1]])
    with pytest.raises(CursorOutdated):
        sort_key_of(cursor, QUERY, SORT, lambda _: answer)


@pytest.mark.parametrize(
    "sort_key",
    [
        [[1], [2], ["x" * MAX_CHARACTERS]],
        [[1], [2], [nested(cursors.MAX_DEPTH + 1)]],
        [["x" * cursors.MAX_SORT_KEY_BYTES], [2], [3]],
    ],
    ids=["long id", "deep id", "key beyond a command"],
)
def test_what_cannot_be_continued_behind_is_refused(sort_key: list[list[Any]]) -> None:
    with pytest.raises(InvalidFields) as caught:
        cursor_of(QUERY, SORT, sort_key)
    assert [error["field"] for error in caught.value.extensions["errors"]] == ["sort"]
