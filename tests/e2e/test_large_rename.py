"""A rename of a collection with many documents."""

import hashlib
import time

import pytest
from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection

from tests.e2e.http_service import HttpService, unique
from tests.support.databases import Databases, Document
from tests.support.owners import Owner

DOCUMENTS = 100_000
INDEXES = [
    IndexModel([("number", ASCENDING)], name="by_number", unique=True),
    IndexModel([("tag", ASCENDING), ("number", ASCENDING)], name="by_tag"),
]


def digest(collection: Collection[Document]) -> str:
    """Return the digest of all documents, as the server stores them, in the order of their ids."""
    hash_of_all = hashlib.sha256()
    raw = collection.with_options(collection.codec_options.with_options(document_class=RawBSONDocument))
    for document in raw.find(batch_size=10_000).sort("_id", 1):
        hash_of_all.update(document.raw)
    return hash_of_all.hexdigest()


def test_rename_keeps_every_document_id_and_index_of_a_large_collection(
    service: HttpService, owner: Owner, databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    before = databases.tenants[owner.organization["collection"]]
    before.insert_many([{"number": number, "tag": f"tag {number % 97}"} for number in range(DOCUMENTS)])
    before.create_indexes(INDEXES)
    expected = (digest(before), before.index_information(), databases.collections()[before.name])
    started = time.monotonic()

    answer = service.patch(owner.path, {"name": unique("Alphabet")}, token=owner.token)

    seconds = time.monotonic() - started
    assert answer.status == 200
    after = databases.tenants[answer.json["collection"]]
    assert after.count_documents({}) == DOCUMENTS
    assert (digest(after), after.index_information(), databases.collections()[after.name]) == expected
    assert before.name not in databases.collections()
    assert service.delete(owner.path, token=owner.token).status == 204
    with capsys.disabled():
        print(f"\n{DOCUMENTS} documents renamed in {seconds * 1000:.0f} ms")  # noqa: T201 - a measurement
