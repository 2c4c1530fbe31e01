"""Pages give every document once, in the server's own order, whatever is inserted and deleted meanwhile."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import bson
from bson import ObjectId
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from tenantry.language import cursors, fields, pages, sorting
from tenantry.language.extended_json import CODEC_OPTIONS
from tenantry.language.sorting import Sort
from tests.support.databases import Document
from tests.support.query_values import CODES, SCALARS, STORED_VALUES, nested
from tests.support.sampling import examples

EXAMPLES = examples(150)
MOST_DOCUMENTS = 12 + 8 * 2  # before and inserted; more come only out of pages that repeat themselves
Change = tuple[list[Document], int]  # what is inserted, and the number of the document that is deleted

UNSORTABLE = {2, 171, 16746}  # two arrays of one document; a number that is an index and a name, too

IDS = (SCALARS | CODES).filter(lambda value: not isinstance(value, bson.Regex)) | st.integers(0, 9)
POOLS: st.SearchStrategy[list[Any]] = st.sampled_from(
    [
        [0, 1, 2, 1.5, math.nan],
        ["", "a", "b"],
        [False, True],
        [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2, 3)],
        [ObjectId(bytes([number]) * 12) for number in range(3)],
        [b"", b"a", b"b"],
        [
            1,
            "a",
            None,
            ObjectId(b"a" * 12),
            datetime(2020, 1, 1, tzinfo=UTC),
            bson.Timestamp(1, 1),
            bson.MinKey(),
        ],
        [bson.Regex("a"), bson.Code("a"), bson.MaxKey(), True, {"b": 1}],
    ]
)


def documents_of(pool: list[Any]) -> st.SearchStrategy[Document]:
    """Return a strategy for documents whose values, alone and in arrays, are mostly of one kind."""
    kind = st.sampled_from(pool)
    items = kind | st.lists(kind | st.lists(kind, max_size=1), max_size=3)
    values = (
        items | st.fixed_dictionaries({}, optional={"b": items, "c": items}) | nested(kind) | STORED_VALUES
    )
    fields = {
        "a": values | st.lists(st.fixed_dictionaries({}, optional={"b": items, "0": items}), max_size=2)
    }
    return st.fixed_dictionaries({"_id": IDS}, optional=fields | {"b": values})


def stories_of(pool: list[Any]) -> st.SearchStrategy[tuple[list[Document], list[Change]]]:
    """Return a strategy for collections and what happens to them after each page."""
    documents = documents_of(pool)
    changes = st.tuples(st.lists(documents, max_size=2), st.integers(0, 20))
    return st.tuples(st.lists(documents, max_size=12), st.lists(changes, max_size=8))


SORTS = st.sampled_from(
    ["a", "-a", "a,b", "-a,b", "a,-b", "b,-a", "a.b", "-a.b", "a.b,-a.c", "a.0", "-a.0", "a.0.b",
     "_id", "-_id", "-a,_id", "a,-_id", "_id.a", "-_id,a"]
).map(sorting.parse)  # fmt: skip
OPERATORS = st.sampled_from(
    [{"$gt": 1}, {"$where": "1"}, {"$literal": "$a"}, "$a", "$$ROOT", {"$meta": "sortKey"}]
)
INDEXES = st.sampled_from(
    [[], [("a", 1)], [("a", 1), ("_id", 1)], [("a", -1), ("b", 1)], [("a.b", 1), ("_id", 1)]]
)


def insert(documents: Collection[Document], examples: list[Document]) -> None:
    """Insert what has an id of its own."""
    for example in examples:
        if documents.find_one({"_id": {"$eq": example["_id"]}}) is None:
            documents.insert_one(dict(example))


def identities(documents: list[Document]) -> list[bytes]:
    return [bson.encode({"_id": document["_id"]}, codec_options=CODEC_OPTIONS) for document in documents]


@contextmanager
def sortable() -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        assert error.code in UNSORTABLE  # noqa: PT017 - it may be raised and need not be
        assume(False)


def page_of(
    documents: Collection[Document], query: Document, sort: Sort, limit: int, cursor: str | None
) -> tuple[list[Document], str | None]:
    def find(stages: list[Document]) -> list[Document]:
        return list(documents.aggregate(stages))

    after = None if cursor is None else cursors.sort_key_of(cursor, query, sort, find)
    items = find(pages.pipeline(query, sort, None, limit, after))
    behind = cursors.cursor_of(query, sort, items[-1]["sort_key"]) if items else None
    return [item["document"] for item in items], behind


@settings(deadline=None, derandomize=True, database=None, max_examples=EXAMPLES)
@given(
    story=POOLS.flatmap(stories_of),
    sort=SORTS,
    limit=st.integers(1, 4),
    index=INDEXES,
    query=st.just({})
    | st.sampled_from([{"a": {"$exists": True}}, {"a": {"$gt": 0}}, {"$or": [{"a": 1}, {"b": {"$ne": 2}}]}]),
)
def test_pages_together_are_the_sorted_collection(
    documents: Collection[Document],
    *,
    story: tuple[list[Document], list[Change]],
    sort: Sort,
    limit: int,
    index: list[tuple[str, int]],
    query: Document,
) -> None:
    before, changes = story[0], list(story[1])
    documents.drop()
    if index:
        with sortable():
            documents.create_index(index)
    with sortable():
        insert(documents, before)
        expected = identities(list(documents.aggregate([{"$match": query}, {"$sort": dict(sort)}])))
        seen: list[bytes] = []
        deleted: set[bytes] = set()
        cursor: str | None = None
        while len(seen) <= MOST_DOCUMENTS:
            page, cursor = page_of(documents, query, sort, limit, cursor)
            if cursor is None:
                break
            seen.extend(identities(page))
            if changes:
                inserted, number = changes.pop()
                insert(documents, inserted)
                deleted |= delete(documents, number)
    steady = [identity for identity in expected if identity not in deleted]
    assert cursor is None
    # An id that was deleted may have come back.
    kept = [identity for identity in seen if identity not in deleted]
    assert len(set(kept)) == len(kept)
    assert [identity for identity in seen if identity in set(steady)] == steady


def delete(documents: Collection[Document], number: int) -> set[bytes]:
    """Delete one of the documents."""
    for document in documents.find({}, {"_id": 1}).sort("_id", 1).skip(number).limit(1):
        documents.delete_one({"_id": {"$eq": document["_id"]}})
        return set(identities([document]))
    return set()


def test_chosen_fields_are_given_and_no_others(documents: Collection[Document]) -> None:
    documents.drop()
    documents.insert_one({"_id": 1, "a": {"b": 1, "c": 2}, "d": 3, "sort_key": 4, "document": {"a": 5}})
    stages = pages.pipeline({}, sorting.parse("d"), fields.parse("a.b,sort_key,document.a,missing"), 5, None)
    (item,) = documents.aggregate(stages)
    assert item == {
        "document": {"_id": 1, "a": {"b": 1}, "sort_key": 4, "document": {"a": 5}},
        "sort_key": [[3], [1]],
    }


def test_the_server_finds_every_accepted_path(documents: Collection[Document]) -> None:
    documents.drop()
    documents.insert_one({"_id": 1})
    for path in ["a" + ".a" * 99, "a:b", "a-", "a b", "é", "0", "a.0.00", "*", "a\n", "constructor", "ROOT"]:
        stages = pages.pipeline({path: 1}, sorting.parse(f"-{path}"), fields.parse(path), 5, None)
        assert list(documents.aggregate(stages)) == []


@settings(deadline=None, derandomize=True, database=None)
@given(SORTS, st.lists(st.lists(STORED_VALUES | OPERATORS, min_size=1, max_size=2), min_size=1, max_size=3))
def test_a_position_that_is_made_up_harms_nobody(
    documents: Collection[Document], sort: Sort, after: list[list[Any]]
) -> None:
    """Whoever reads how cursors are made can make them; they are a position in their order, no more."""
    after = (after * 3)[: len(sort)]
    stages = pages.pipeline({}, sort, None, 3, after)
    with sortable():
        stored = identities(list(documents.aggregate([{"$sort": dict(sort)}])))
        assert set(identities([item["document"] for item in documents.aggregate(stages)])) <= set(stored)


@settings(deadline=None, derandomize=True, database=None)
@given(STORED_VALUES | OPERATORS)
def test_an_id_that_is_made_up_is_compared_and_nothing_else(
    documents: Collection[Document], document_id: Any
) -> None:
    documents.drop()
    documents.insert_one({"_id": 1, "a": [2, 3]})
    stages = pages.sort_key_pipeline(document_id, sorting.parse("-a"))
    positions = list(documents.aggregate(stages))
    assert positions == ([{"sort_key": [[3], [1]]}] if document_id == 1 and document_id is not True else [])
