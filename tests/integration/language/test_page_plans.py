"""Pages examine no more than they give, wherever an index has their order."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.collection import Collection

from tenantry.language import pages, sorting
from tests.support.databases import Document


def explained(documents: Collection[Document], stages: list[Document]) -> Document:
    command = {"aggregate": documents.name, "pipeline": stages, "cursor": {}}
    plan: Document = documents.database.command("explain", command, verbosity="executionStats")
    return plan


def parts(plan: Any) -> Iterator[Document]:
    """Yield every object in an explanation."""
    if isinstance(plan, dict):
        yield plan
    for inner in plan.values() if isinstance(plan, dict) else plan if isinstance(plan, list) else ():
        yield from parts(inner)


def values_of(plan: Document, key: str) -> list[Any]:
    return [part[key] for part in parts(plan) if key in part]


@pytest.fixture
def mixed(documents: Collection[Document]) -> Collection[Document]:
    """A collection of 2,000 documents, half of whose ids are strings, half numbers."""
    documents.drop()
    documents.insert_many({"_id": number, "n": number % 7, "s": f"{number:04}"} for number in range(1000))
    documents.insert_many({"_id": f"{number:04}", "s": number} for number in range(1000))
    return documents


@pytest.mark.parametrize("text", ["_id", "-_id", "-_id,s"])
@pytest.mark.parametrize("last", [500, "0500"])
def test_pages_by_id_read_no_more_than_they_give(
    mixed: Collection[Document], text: str, last: int | str
) -> None:
    sort = sorting.parse(text)
    after: pages.SortKey = [[last], [None]]
    plan = explained(mixed, pages.pipeline({}, sort, None, 20, after[: len(sort)]))
    assert values_of(plan, "totalKeysExamined") == [20]
    assert "IXSCAN" in values_of(plan, "stage")
    assert "SORT" not in values_of(plan, "stage")


def test_pages_by_an_indexed_field_start_where_the_last_one_ended(mixed: Collection[Document]) -> None:
    mixed.create_index([("s", 1), ("_id", 1)])
    # From "0900" downwards there are numbers as well; from 100 downwards the strings are read in vain.
    for text, last, behind in (("s", "0900", 100), ("s", 900, 1100), ("-s", "0900", 1901), ("-s", 100, 1101)):
        sort = sorting.parse(text)
        plan = explained(mixed, pages.pipeline({}, sort, None, 20, [[last], [last]]))
        assert max(values_of(plan, "totalKeysExamined")) <= behind + 3
        assert "SORT" not in values_of(plan, "stage")


def test_the_first_page_keeps_only_itself(mixed: Collection[Document]) -> None:
    plan = explained(mixed, pages.pipeline({}, sorting.parse("-n"), {"_id": 1, "n": 1}, 20, None))
    assert values_of(plan, "limitAmount") != []
    assert set(values_of(plan, "limitAmount")) == {20}


def test_the_sort_key_of_a_document_is_found_by_its_id(mixed: Collection[Document]) -> None:
    plan = explained(mixed, pages.sort_key_pipeline("0500", sorting.parse("-s")))
    assert values_of(plan, "totalKeysExamined") == [1]
