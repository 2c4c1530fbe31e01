import pytest

from tenantry.errors import InvalidFields
from tenantry.language import fields


def test_without_a_choice_all_fields_are_answered() -> None:
    assert fields.parse(None) is None


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("name", ["_id", "name"]),
        ("name,address.city,address.street", ["_id", "name", "address.city", "address.street"]),
        ("_id", ["_id"]),
        ("a,_id", ["_id", "a"]),
        ("a,ab,b-.c", ["_id", "a", "ab", "b-.c"]),
    ],
)
def test_chosen_fields_are_answered_with_the_id(text: str, paths: list[str]) -> None:
    assert fields.parse(text) == dict.fromkeys(paths, 1)


@pytest.mark.parametrize(
    "text",
    ["", ",", "a,", "a,a", "a,a.b", "a.b.c,a.b", "a.b,c,a", "_id.a", "$a", "a.$", "a..b", "a.", "a\0",
     ",".join(f"a{number}" for number in range(50)), "," * 10_000,
     "-a", "+a", " a", '{"a":1}', '"a"', "a:1", "b,-a"],
)  # fmt: skip
def test_paths_that_the_server_refuses_are_refused(text: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        fields.parse(text)
    assert [error["field"] for error in caught.value.extensions["errors"]] == ["fields"]
