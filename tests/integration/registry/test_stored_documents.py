"""The server stores whatever the rules for documents accept, and gives it back as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection

from tenantry.errors import TenantryError
from tenantry.http.documents.rules import MAX_DEPTH, check_document, format_document_id, parse_document_id
from tenantry.language.extended_json import CODEC_OPTIONS
from tests.support.bson_values import CODES, NAMES, REFERENCES, SCALARS, VALUES, exactly, values
from tests.support.databases import Document


@pytest.fixture(scope="module")
def documents(server_client: MongoClient[Document]) -> Iterator[Collection[Document]]:
    name = f"documents_{ObjectId()}"
    yield server_client[name].get_collection("documents", codec_options=CODEC_OPTIONS)
    server_client.drop_database(name)


def check_stored(documents: Collection[Document], document: dict[str, Any]) -> None:
    documents.delete_many({})
    documents.insert_one(document)
    by_id = {"_id": parse_document_id(format_document_id(document["_id"]))}
    assert exactly(documents.find_one(by_id)) == exactly(document)
    documents.replace_one(by_id, document)
    assert exactly(documents.find_one(by_id)) == exactly(document)


@settings(deadline=None, derandomize=True, database=None)
@given(
    identity=values(SCALARS | CODES | REFERENCES),
    fields=st.dictionaries(NAMES.filter(lambda name: name != "_id"), VALUES, max_size=4),
)
def test_accepted_documents_are_stored_as_they_are(
    documents: Collection[Document], identity: Any, fields: dict[str, Any]
) -> None:
    document = {"_id": identity} | fields
    try:
        check_document(document)
    except TenantryError:
        return
    check_stored(documents, document)


def test_the_deepest_document_is_stored(documents: Collection[Document]) -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    document = {"_id": ObjectId(), "a": value}
    check_document(document)
    check_stored(documents, document)
