from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import TenantryError
from tenantry.http.documents.rules import check_document
from tenantry.storage.allowed import key_sizes


@pytest.mark.parametrize(
    "document",
    [
        {"a": list(range(1000)), "x": "x" * 70_000},
        {"a": {"b": [0] * 1000}, "x": {"y": ["x" * 70_000]}},
        {"a": [{"b": [0] * 10, "x": "x" * 4000}] * 2000},
        {"a": {"b": [[0] * 1000], "x": b"x" * 40_000}, "x": "x" * 40_000},
    ],
)
def test_more_than_64_mb_of_keys_are_too_large(document: dict[str, Any]) -> None:
    assert key_sizes.are_too_large(document)


@pytest.mark.parametrize(
    "document",
    [
        {"a": list(range(40_000))},
        {"a": list(range(40_000)), "b": ["x" * 10_000] * 10},
        {"a": list(range(1000)), "x": "x" * 60_000},
        {"a": [{"b": [0] * 10, "x": "x" * 100}] * 2000, "x": "x" * 3000},
        {"a": {"b": {"c": [{"d": "x" * 400}] * 1000}}},
        {"x": "x" * 500_000},
    ],
)
def test_keys_of_other_documents_are_not(document: dict[str, Any]) -> None:
    assert not key_sizes.are_too_large(document)


SHAPES = st.recursive(
    st.integers(0, 60_000).map(lambda length: "x" * length)
    | st.integers(0, 5000).map(lambda length: list(range(length))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("abc"), SHAPES, max_size=3))
def test_whatever_clients_may_store_passes(document: dict[str, Any]) -> None:
    try:
        check_document(document)
    except TenantryError:
        return
    assert not key_sizes.are_too_large(document)
