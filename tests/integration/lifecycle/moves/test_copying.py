"""Copies are equal to the last bit, whatever happens to the source meanwhile, and others' documents stay."""

import itertools
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import bson
import pytest
from bson import Binary, Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Timestamp

from tenantry.lifecycle.moves import copying
from tenantry.lifecycle.moves.copying import Copy, Tally
from tenantry.lifecycle.moves.errors import MoveLost
from tenantry.storage.opening import open_place
from tenantry.storage.raw import documents
from tenantry.storage.raw.encoding import CODEC_OPTIONS, document, id_of
from tests.integration.lifecycle.moves.conftest import ORGANIZATION_ID, Route, as_stored, collection_of
from tests.support.databases import Document

IDS = [
    MinKey(), None, -1, 0, 2.5, Int64(2**40), Decimal128("1E+50"), float("nan"), "", "a", "\0", {}, {"a": 1},
    {"b": [1, {"c": None}]}, Binary(b"x"), Binary(b"x", 128), ObjectId(), False, True,
    datetime(1900, 1, 1, tzinfo=UTC), Timestamp(1, 2), Code("x"), Code("x", {"y": 1}), MaxKey(),
]  # fmt: skip
CHANGES_PER_WRITER = 150
BATCH = 5


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (documents, copying):
        monkeypatch.setattr(module, "MAX_BATCH_DOCUMENTS", BATCH)


def in_batches(step: Callable[[bytes | None], bytes | None]) -> None:
    after = step(None)
    while after is not None:
        after = step(after)


def catch_up(copy: Copy) -> None:
    """Follow until nothing is left and nothing comes any more."""
    before = None
    while copy.follow() or copy.changes.resume_token != before:
        before = copy.changes.resume_token


def test_documents_with_ids_of_every_type_are_copied_bit_by_bit(route: Route) -> None:
    route.insert(*({"_id": document_id, "x": [document_id]} for document_id in IDS))
    with route.copying() as copy:
        in_batches(copy.copy_behind)
        copied, copy.done = copy.done, Tally()
        in_batches(copy.compare_behind)
        assert copy.pending == set()
        assert copy.done == copied
    copies = route.documents(route.target)
    assert copies == route.documents(route.source)
    assert len(copies) == copied.documents == len(IDS)
    assert copied.size == sum(map(len, copies))


def test_what_only_the_server_may_write_is_copied_as_it_is(route: Route) -> None:
    odd = b"\x0es\0\x02\0\0\0s\0" + b"\x06u\0" + b"\x0ar\0\x0ar\0" + b"\x10$d\0\x01\0\0\0"
    content = bson.encode({"_id": 1})[4:-1] + odd
    raw = document((len(content) + 5).to_bytes(4, "little") + content + b"\0")
    with route.copying() as copy:
        copy.source.replace([], [raw], lambda: None)
        catch_up(copy)
    assert route.documents(route.target) == [bytes(raw.raw)]


def test_empty_timestamps_stay_empty(route: Route) -> None:
    route.insert({"_id": 1, "x": 1})
    collection_of(route.source).update_one({"x": 1}, {"$set": {"x": Timestamp(0, 0)}})
    with route.copying() as copy:
        in_batches(copy.copy_behind)
    assert route.documents(route.target) == route.documents(route.source)
    assert bson.decode(route.documents(route.target)[0])["x"] == Timestamp(0, 0)


def test_comparison_finds_what_is_missing_changed_or_too_much(route: Route) -> None:
    route.insert(*({"_id": number} for number in range(20)))
    with route.copying() as copy:
        in_batches(copy.copy_behind)
        target = collection_of(route.target)
        for number, change in ((3, None), (11, {"y": 1}), (99, {}), (4.5, {}), (-1, {})):
            stored_id = as_stored({"_id": number}, route.target)["_id"]
            target.delete_one({"_id": stored_id})
            if change is not None:
                target.insert_one({"_id": stored_id} | change)
        in_batches(copy.compare_behind)
        wrong = {bson.decode(raw, CODEC_OPTIONS)["_id"] for raw in copy.pending}
        assert wrong == {3, 11, 99, 4.5, -1}
        catch_up(copy)
    assert route.documents(route.target) == route.documents(route.source)


def test_what_changes_meanwhile_is_copied_again(route: Route) -> None:
    route.insert(*({"_id": number, "key": number} for number in range(40)))
    for place in (route.source, route.target):
        tenant = {"_id.tenant": ORGANIZATION_ID} if place.kind == "pooled" else {}
        keys = dict.fromkeys([*tenant, "key"], 1)
        covered = tenant | {"key": {"$exists": True}}
        collection_of(place).create_index(keys, unique=True, partialFilterExpression=covered)
    writers = [threading.Thread(target=write, args=(route, number)) for number in range(3)]
    with route.copying() as copy:
        for writer in writers:
            writer.start()
        in_batches(lambda after: (copy.follow(), copy.copy_behind(after))[1])
        in_batches(lambda after: (copy.follow(), copy.compare_behind(after))[1])
        for writer in writers:
            writer.join()
        catch_up(copy)
    copies = route.documents(route.target)
    assert copies == route.documents(route.source)
    assert len(copies) > 20


def write(route: Route, number: int) -> None:
    """Insert, change, replace and delete documents, and let them swap the values of a unique index."""
    source = collection_of(route.source)
    chance = random.Random(number)  # noqa: S311 - nothing secret
    fresh = itertools.count(1000 * (number + 1))

    def stored(document_id: object, **fields: object) -> Document:
        return dict(as_stored({"_id": document_id} | fields, route.source))

    for _ in range(CHANGES_PER_WRITER):
        # Each writer has its documents, so that no transaction of another is in the way.
        document_id, swapped_id = (stored(chance.randrange(number, 40, 3))["_id"] for _ in range(2))
        match chance.randrange(5):
            case 0:
                source.insert_one(stored(next(fresh), key=next(fresh)))
            case 1:
                source.update_one({"_id": document_id}, {"$inc": {"count": 1}})
            case 2:
                source.replace_one({"_id": document_id}, {"key": next(fresh)}, upsert=True)
            case 3:
                source.delete_one({"_id": document_id})
            case 4 if document_id != swapped_id:
                swap(route, document_id, swapped_id)


def swap(route: Route, first_id: object, second_id: object) -> None:
    source = collection_of(route.source)
    both = {"_id": {"$in": [first_id, second_id]}}
    with source.database.client.start_session() as session, session.start_transaction():
        documents = {str(document["_id"]): document for document in source.find(both, session=session)}
        if len(documents) == 2:
            first, second = documents[str(first_id)], documents[str(second_id)]
            source.update_many(both, {"$unset": {"key": 1}}, session=session)
            source.update_one({"_id": first_id}, {"$set": {"key": second["key"]}}, session=session)
            source.update_one({"_id": second_id}, {"$set": {"key": first["key"]}}, session=session)


def test_a_full_batch_of_changes_is_followed_at_once(route: Route) -> None:
    with route.copying() as copy:
        route.insert(*({"_id": number} for number in range(BATCH)))
        catch_up(copy)
    with route.copying() as copy:
        copy.pending = {id_of(document(bson.encode({"_id": document_id}))) for document_id in range(BATCH)}
        assert copy.follow() == BATCH
        assert copy.pending == set()


def test_copy_that_may_not_be_written_any_more_is_not(route: Route) -> None:
    route.insert({"_id": 1})

    def refuse() -> None:
        raise PermissionError

    with route.copying() as copy:
        copy.verify = refuse
        with pytest.raises(PermissionError):
            copy.copy_behind(None)
    assert route.documents(route.target) == []


def test_barriers_are_seen_in_their_order(route: Route) -> None:
    with route.copying() as copy:
        catch_up(copy)
        database = copy.source.collection.database
        times = [database.command({"collMod": route.source.collection})["operationTime"] for _ in range(2)]
        catch_up(copy)
        assert copy.changes.barrier == times[-1]


def test_source_that_is_dropped_ends_the_copy(route: Route) -> None:
    if route.source.kind == "pooled":
        pytest.skip("a pool is never dropped")
    with route.copying() as copy:
        collection_of(route.source).drop()
        with pytest.raises(MoveLost):
            catch_up(copy)


def test_following_goes_on_from_a_token(route: Route) -> None:
    with route.copying() as copy:
        catch_up(copy)
        token = copy.changes.resume_token
    route.insert({"_id": "meanwhile"})
    with open_place(route.source, ORGANIZATION_ID).raw() as source, source.watch(token) as stream:
        event = next(stream)
        assert document(source.id_in(event))["_id"] == "meanwhile"
