import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import InvalidFields
from tenantry.language import sorting
from tenantry.language.sorting import MAX_FIELDS, Sort


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        (None, [("_id", 1)]),
        ("name", [("name", 1), ("_id", 1)]),
        ("-age,name", [("age", -1), ("name", 1), ("_id", 1)]),
        ("-_id", [("_id", -1)]),
        ("_id,name", [("_id", 1)]),
        ("-a.0.0", [("a.0.0", -1), ("_id", -1)]),
        ("a-b,ä b", [("a-b", 1), ("ä b", 1), ("_id", 1)]),
        ("_id.a", [("_id.a", 1), ("_id", 1)]),
        ("a,b,c,d", [("a", 1), ("b", 1), ("c", 1), ("d", 1), ("_id", 1)]),
    ],
)
def test_fields_are_sorted_by_and_the_id_decides_at_last(text: str | None, sort: Sort) -> None:
    assert sorting.parse(text) == sort


@pytest.mark.parametrize(
    "text",
    ["", "-", ",", "a,", ",a", "a,a", "a,-a", "a..b", ".a", "a.", "$a", "-$a", "a.$b", "a\0", "a,b,c,d,e",
     "a" + ".a" * 100, "," * 10_000, "+n", " n", "a,+n", "n:desc", "n:1", "n desc", "N:ASC",
     '{"n":-1}', '"n"', "-+n", "(n)", "['n']", "n:-1", "a.0.0.0", "a,b.0", "a,a.b", "a.b,-a"],
)  # fmt: skip
def test_other_orders_are_refused(text: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        sorting.parse(text)
    assert [error["field"] for error in caught.value.extensions["errors"]] == ["sort"]


@given(st.text("ab.,-$_id", max_size=12))
def test_what_is_accepted_orders_all_documents(text: str) -> None:
    try:
        sort = sorting.parse(text)
    except InvalidFields:
        return
    paths = [path for path, _ in sort]
    assert "_id" in paths
    assert len(set(paths)) == len(paths) <= MAX_FIELDS + 1
    parts = ["-" * (direction < 0) + path for path, direction in sort]
    assert f"{text},".startswith(",".join(parts[:-1]))
    assert parts[-1] in {"_id", "-_id"}
