"""Requests that would keep the server busy within one document, where no time limit ends them."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tenantry.language.filters import MAX_CONDITIONS
from tests.integration.http.documents.conftest import Documents
from tests.support.databases import Databases
from tests.support.service import Answer
from tests.support.waiting import wait_until

DIGITS = ".".join("0" * 74)
TEXT = "a" * 400_000
ALTERNATIVES = "|".join(f"a++{chr(letter)}" for letter in range(0x4E00, 0x4E3C))


def levels(number: int) -> Any:
    """A document in which each name of digits leads on in two ways."""
    value: Any = {"0": 1}
    for _ in range(number):
        value = {"0": [value]}
    return value


def elements(number: int) -> Any:
    """The same way through a document, each part of it in another `$elemMatch`."""
    query: Any = {"0.0": 2}
    for _ in range(number):
        query = {"0.0": {"$elemMatch": query}}
    return query


DEEP = [levels(49)]
LONG: list[dict[str, Any]] = [{"t": TEXT}, {"t": [TEXT[:1000]] * 300}]
LARGE_ARRAY = [{"a": list(range(40_000))}]
FILTERS: dict[str, dict[str, Any]] = {
    "digits": {DIGITS: 2},
    "three numbers": {"0.0.0": 2},
    "numbers in $elemMatch": elements(8),
    "numbers behind $not": {"0.0": {"$not": {"$elemMatch": {"0": 1}}}},
    "numbers in $all": {"0.0": {"$all": [{"$elemMatch": {"0": 1}}]}},
    "recursion": {"t": {"$regex": "(a++)++(?1)"}},
    "alternatives": {"t": {"$regex": f"(?:{ALTERNATIVES})"}},
    "possessive": {"t": {"$regex": "a++b"}},
    "everything before": {"t": {"$regex": "[^x]*y"}},
    "nested": {"t": {"$regex": "^(a*)*b"}},
    "product": {"t": {"$regex": "(a{1,90}){1,90}b"}},
    "two": {"t": {"$regex": "^a*a*b"}},
    "line by line": {"t": {"$regex": "^[^x]*y", "$options": "m"}},
    "spaced": {"t": {"$regex": "a * b", "$options": "x"}},
    "one of": {"t": {"$in": [{"$regularExpression": {"pattern": "a*b", "options": ""}}]}},
    "none of": {"t": {"$nin": [{"$regularExpression": {"pattern": "a*b", "options": ""}}]}},
    "all of": {"t": {"$all": [{"$regularExpression": {"pattern": "a*b", "options": ""}}]}},
    "not": {"t": {"$not": {"$regex": "a*b"}}},
    "itself": {"$nor": [{"t": {"$regularExpression": {"pattern": "a*b", "options": "i"}}}]},
    "many": {"$or": [{"t": {"$regex": "a{40}b"}}] * 6},
    "every item with each": {"$and": [{"a": {"$all": list(range(i, i + 400))}} for i in range(3)]},
}


def store(databases: Databases, documents: list[dict[str, Any]]) -> None:
    databases.stored("org_alpha").insert_many(
        [{"_id": i, **document} for i, document in enumerate(documents)]
    )


def is_idle(databases: Databases) -> bool:
    """Tell whether the server does nothing for tenants."""
    running = databases.client.admin.aggregate([{"$currentOp": {"allUsers": True}}])
    return not any(
        operation["active"] and operation["ns"].startswith(f"{databases.tenants.name}.")
        for operation in running
    )


def check_refused(ask: Callable[[], Answer], databases: Databases, field: str, name: str = "") -> None:
    began = time.monotonic()
    answer = ask()
    assert (answer.status, answer.code) == (422, "invalid-fields"), (name, answer.text)
    assert answer.json["errors"][0]["field"].startswith(field), (name, answer.text)
    assert time.monotonic() - began < 2, name
    wait_until(lambda: is_idle(databases), 1)


def test_filters_are_refused(documents: Documents, databases: Databases) -> None:
    store(databases, [*DEEP, *LONG, *LARGE_ARRAY])
    for name, query in FILTERS.items():
        for ask in (documents.find, documents.count):
            check_refused(partial(ask, query), databases, "filter", name)


def test_orders_and_fields_are_refused(documents: Documents, databases: Databases) -> None:
    store(databases, [*DEEP, *LARGE_ARRAY])
    for paths in (DIGITS[:199], "0.0.0", "a,b.0", "a,a.b", "b.c,-a,b"):
        check_refused(partial(documents.find, sort=paths), databases, "sort", paths)
    check_refused(lambda: documents.find(fields=DIGITS[:199]), databases, "fields", "fields")


@pytest.mark.parametrize("fields", [["0.0.0"], ["a", "b.0"], ["a", "a.b"], ["b.c", "a", "b"]])
def test_index_is_refused(fields: list[str], documents: Documents, databases: Databases) -> None:
    keys = [{"field": field} for field in fields]
    check_refused(lambda: documents.index("POST", {"keys": keys}), databases, "keys")


def test_document_of_many_items_is_sorted_by_what_is_beside_them(documents: Documents) -> None:
    items = [{"name": f"n{i}", "tags": [1, 2, 3], "text": "x" * 100} for i in range(1500)]
    assert documents.insert({"items": items, "title": "x" * 1000, "numbers": list(range(5000))}).status == 201
    assert documents.find(sort="title,items.tags,-items.name").status == 200


def test_filter_of_as_many_conditions_as_it_may_have_goes_on_to_the_next_page(documents: Documents) -> None:
    assert documents.insert([{"a": 1, "b": b"x".hex()}, {"a": 1}, {"a": 1, "b": 2}]).status == 201
    query = {"$or": [{"a": 1}, {"a": {"$all": list(range(MAX_CONDITIONS - 1))}}]}
    for sort in ("b", "-b", "_id", "-c.d"):
        first = documents.find(query, sort=sort, limit=1)
        assert documents.find(query, sort=sort, limit=1, cursor=first.json["next_cursor"]).status == 200
    assert documents.find({"$or": [query, {"a": 2}]}).status == 422
