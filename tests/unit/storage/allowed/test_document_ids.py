"""Which names with `$` an `_id` may hold."""

from typing import Any

import pytest
from bson import DBRef

from tenantry.storage.allowed.document_ids import is_refused


@pytest.mark.parametrize(
    "own_id",
    [
        None, 1, "$x", {}, {"a$": 1}, {"a": ["$x"]}, {"a.b": 1}, DBRef("c", 1), DBRef("c", {"a": 1}, "d"),
        {"$ref": "c", "$id": 1}, {"$ref": "c", "$id": 1, "$db": "d"}, {"$ref": "c", "$id": 1, "a": 1},
        {"a": [{"$ref": "c", "$id": None}]},
    ],
    ids=repr,
)  # fmt: skip
def test_references_and_names_without_dollar_pass(own_id: Any) -> None:
    assert not is_refused(own_id)


@pytest.mark.parametrize(
    "own_id",
    [
        {"$x": 1}, {"a": 1, "$x": 2}, {"a": {"$x": 1}}, {"a": [{"$x": 1}]}, ({"$x": 1},), {"$ref": "c"},
        {"$id": 1}, {"$id": 1, "$ref": "c"}, {"a": 1, "$ref": "c", "$id": 1}, {"$ref": "c", "a": 1, "$id": 1},
        {"$ref": "c", "$id": 1, "a": 1, "$db": "d"}, {"$ref": 1, "$id": 1}, {"$ref": "c", "$id": 1, "$db": 1},
        {"$ref": "c", "$id": 1, "$db": "d", "$x": 1}, {"$ref": "c", "$id": {"$x": 1}}, DBRef("c", {"$x": 1}),
    ],
    ids=repr,
)  # fmt: skip
def test_other_names_with_dollar_are_refused(own_id: Any) -> None:
    assert is_refused(own_id)
