"""A collection of the server, without an organization."""

from collections.abc import Iterator

import pytest
from bson import ObjectId
from pymongo import MongoClient
from pymongo.collection import Collection

from tenantry.language.extended_json import CODEC_OPTIONS
from tests.support.databases import Document


@pytest.fixture(scope="module")
def documents(server_client: MongoClient[Document]) -> Iterator[Collection[Document]]:
    name = f"pages_{ObjectId()}"
    yield server_client[name].get_collection("documents", codec_options=CODEC_OPTIONS)
    server_client.drop_database(name)
