"""The server accepts whatever the filter language lets through."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection

from tenantry.errors import InvalidFields
from tenantry.language import filters
from tenantry.language.extended_json import CODEC_OPTIONS
from tests.support.databases import Document
from tests.support.query_values import DOCUMENTS, FILTERS
from tests.support.sampling import examples

EXAMPLES = examples(300)


@pytest.fixture(scope="module")
def documents(server_client: MongoClient[Document]) -> Iterator[Collection[Document]]:
    """A collection of many types of values."""
    name = f"filters_{ObjectId()}"
    collection = server_client[name].get_collection("documents", codec_options=CODEC_OPTIONS)

    @settings(deadline=None, derandomize=True, database=None)
    @given(st.lists(DOCUMENTS, min_size=1))
    def insert(examples: list[dict[str, Any]]) -> None:
        collection.insert_many([dict(example) for example in examples])

    insert()
    yield collection
    server_client.drop_database(name)


def test_the_server_accepts_every_filter_that_passes(documents: Collection[Document]) -> None:
    passed = 0

    @settings(deadline=None, derandomize=True, database=None, max_examples=EXAMPLES)
    @given(FILTERS)
    def check(query: dict[str, Any]) -> None:
        nonlocal passed
        try:
            filters.check(query)
        except InvalidFields:
            return
        chosen = list(documents.find(query, {"_id": 1}))
        assert documents.count_documents(query) == len(chosen)
        passed += 1

    check()
    assert passed > EXAMPLES / 4
