"""What writes add is never counted as too little, wherever documents are."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import bson
import pytest
from pymongo import DeleteMany, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tenantry.identity.members import Membership
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import Place, place_of
from tenantry.registry.organizations.usage import Size
from tenantry.runtime import mongodb
from tenantry.storage import measuring
from tenantry.storage.opening import open_place
from tenantry.tenants.counted_documents import CountedDocuments
from tests.integration import kinds
from tests.support import library
from tests.support.databases import Databases, Document

Write = Callable[[CountedDocuments, Any], object]

ALL: Final[Document] = {"all": True}
DOCUMENTS: Final[list[Document]] = [
    {"_id": 1, "all": True, "n": 1, "text": "x" * 50, "list": [{"a": number} for number in range(300)]},
    {"_id": "two", "all": True, "n": 2**31, "list": [], "deep": {"one": {"two": 3}}},
    {"_id": 3, "all": True, "pairs": [[1, 2], [3, 4]], "wide": {"7": {"x": 1}}},
]
ID: Final[Document] = {"_id": {"$eq": 1}}


def updating(update: Document, query: Document = ALL, *, upsert: bool = False) -> Write:
    """Update one document, and all, and one among other operations."""

    def write(documents: CountedDocuments, session: Any) -> None:
        documents.update_one(query, update, upsert=upsert, session=session)
        documents.update_many(query, update, session=session)
        documents.bulk_write([UpdateOne(query, update, upsert=upsert), UpdateMany(query, update)], session)

    return write


def modifying(change: Callable[[Document | None], Document | None], document_id: Any = 1) -> Write:
    """Write as `TenantCollection.modify_one` does."""

    def write(documents: CountedDocuments, session: Any) -> None:
        query = {"_id": {"$eq": document_id}}
        current = documents.find_one(query, session=session)
        changed = change(current)
        if changed is None:
            documents.delete_one(query, session=session)
        elif current is None:
            documents.insert_one(changed, session=session)
        else:
            documents.replace_one(query, changed, session=session)

    return write


def loosely(update: Document) -> Write:
    return lambda documents, session: (
        documents.update_one(ID, update, session=session),
        documents.update_many({"list": {"$exists": True}}, update, session=session),
    )


EXACT: Final[dict[str, Write]] = {
    "insert": lambda documents, session: documents.insert_one({"_id": 4, "text": "ä" * 99}, session),
    "insert many": lambda documents, session: documents.insert_many([{"_id": 4}, {"_id": "5"}], session),
    "replace": modifying(lambda _: {"_id": 1, "text": "x" * 9_999}),
    "shrink": modifying(lambda _: {"_id": 1}),
    "delete": modifying(lambda _: None),
    "put": modifying(lambda _: {"_id": 9, "n": 1.5}, 9),
    "upserted replacement": lambda documents, session: documents.replace_one(
        {"n": -1}, {"n": -1}, upsert=True, session=session
    ),
    "all items": loosely({"$set": {"list.$[].text": "x" * 100}}),
    "padding": loosely({"$set": {"list.100000": 1}}),
    "number as a name": loosely({"$inc": {"wide.100000.x": 1}}),
}
AT_MOST: Final[dict[str, Write]] = {
    "set": updating({"$set": {"new.deep.er": "x" * 100, "n": {"a": [1, 2, 3]}}}),
    "item": updating({"$set": {"list.7.a": "x"}}),
    "matched item": updating({"$set": {"list.$.a": "x" * 99}}, {"list.a": 5}),
    "all items": updating({"$push": {"pairs.$[]": "x" * 99}}, {"_id": 3}),
    "padding": updating({"$set": {"list.20000": 1}}, {"_id": 1}),
    "push": updating({"$push": {"list": "x" * 1_000}}),
    "push each": updating({"$push": {"list": {"$each": ["x"] * 1_000, "$position": 0}}}),
    "add to set": updating({"$addToSet": {"list": {"$each": list(range(200))}}}),
    "wider numbers": updating({"$inc": {"n": 2**40}, "$mul": {"m": bson.Decimal128("1.1")}}),
    "bits and dates": updating({"$bit": {"b": {"or": 5}}, "$currentDate": {"d": True}}),
    "min and max": updating({"$min": {"m": "x" * 50}, "$max": {"n": "x" * 50}}),
    "rename": updating({"$rename": {"text": "a.much.longer.name"}}),
    "unset": updating({"$unset": {"text": "", "list": ""}}),
    "pull and pop": updating({"$pull": {"list": {"a": 1}}, "$pop": {"pairs": 1}}),
    "upsert": updating(
        {"$set": {"a.b": 1}, "$setOnInsert": {"c.d": "x" * 99}}, {"x.y": "z" * 99, "k": 5}, upsert=True
    ),
    "upsert with id": updating({"$setOnInsert": {"c.d": "x"}}, {"_id": "x" * 99}, upsert=True),
    "delete many": lambda documents, session: documents.delete_many({"n": {"$gt": 0}}, session),
    "replace unseen": lambda documents, session: documents.replace_one(
        {"n": 1}, {"text": "x" * 20_000}, session=session
    ),
    "bulk": lambda documents, session: documents.bulk_write(
        [
            InsertOne({"_id": 5, "all": True}),
            ReplaceOne({"_id": 5}, {"all": True, "text": "x" * 99}),
            ReplaceOne({"k": 1}, {"text": "x" * 99}, upsert=True),
            UpdateMany(ALL, {"$set": {"text": "y" * 200}}),
            DeleteMany({"_id": 3}),
        ],
        session,
    ),
}


@pytest.fixture(params=kinds.KINDS)
def member(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Membership:
    kinds.place(request.param, monkeypatch)
    return library.create("Google")


def counted(place: Place, organization_id: str, write: Write) -> Size:
    """Return what a write to the documents is counted as."""
    documents = open_place(place, organization_id).documents
    documents.delete_many({})
    documents.insert_many([dict(document) for document in DOCUMENTS])

    def transaction(session: Any) -> Size:
        counting = CountedDocuments(documents)
        write(counting, session)
        return counting.growth

    return mongodb.run_transaction(transaction)


def differences(member: Membership, writes: dict[str, Write]) -> Sequence[tuple[str, int, int, int]]:
    """Return for each write what is counted too much, in documents and bytes, and what it really adds."""
    organization = finding.find(member.organization_id)
    assert organization is not None
    place = place_of(organization)
    before = Size(len(DOCUMENTS), sum(len(bson.encode(document)) for document in DOCUMENTS))
    found = []
    for name, write in writes.items():
        growth = counted(place, member.organization_id, write)
        after = measuring.measure(place, member.organization_id)
        real = after.bytes - before.bytes
        found.append((name, growth.documents - after.documents + before.documents, growth.bytes - real, real))
    return found


def test_what_is_known_is_counted_exactly(member: Membership) -> None:
    wrong = [each for each in differences(member, EXACT) if each[1:3] != (0, 0)]
    assert wrong == []


def test_what_is_not_known_counts_as_the_most_that_it_can_add(member: Membership) -> None:
    found = differences(member, AT_MOST)
    assert [each for each in found if each[1] != 0] == []
    assert [each for each in found if each[2] < 0] == []
    generous = {name for name, _, too_much, real in found if too_much > 4 * abs(real) + 4_000}
    assert generous == {"all items"}
