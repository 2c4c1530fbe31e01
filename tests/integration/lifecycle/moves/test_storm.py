"""Members go on writing and reading while their organization is moved from place to place."""

import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tenantry.identity.members import Membership
from tenantry.runtime import clients
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import AROUND, Places, move
from tests.support import library

SECONDS = float(os.environ.get("STORM_SECONDS", "3"))
WRITERS = 4
DOCUMENTS = 8  # of each writer that are changed again and again

pytestmark = pytest.mark.timeout(300 + 10 * SECONDS)


@dataclass
class Writer:
    """Writes to documents of its own, one after the other, and knows what they must be."""

    number: int
    documents: TenantCollection
    stop: threading.Event
    expected: dict[str, Any] = field(default_factory=dict)
    acknowledged: int = 0

    def run(self) -> None:
        chance = random.Random(self.number)  # noqa: S311 - nothing secret
        fresh = itertools.count()
        while not self.stop.is_set():
            document_id = f"{self.number}-{chance.randrange(DOCUMENTS)}"
            match chance.randrange(4):
                case 0:
                    new = f"{self.number}-new-{next(fresh)}"
                    self.documents.insert_one({"_id": new, "key": new, "of": self.organization_id})
                    self.expected[new] = new
                case 1 if document_id in self.expected:
                    self.documents.delete_one({"_id": document_id})
                    del self.expected[document_id]
                case 2:
                    self.documents.replace_one(
                        {"_id": document_id}, {"key": document_id, "of": self.organization_id}, upsert=True
                    )
                    self.expected[document_id] = document_id
                case 3 if document_id in self.expected:
                    key = f"{document_id}-{next(fresh)}"
                    updated = self.documents.update_one({"_id": document_id}, {"$set": {"key": key}})
                    assert updated.matched_count == 1, "what was acknowledged is not there"
                    self.expected[document_id] = key
            self.acknowledged += 1

    @property
    def organization_id(self) -> str:
        return self.documents._fence.organization_id


@dataclass
class Reader:
    """Checks that whatever a writer does not change any more is there."""

    writer: Writer
    reads: int = 0

    def run(self) -> None:
        while not self.writer.stop.is_set():
            kept = {
                document_id: key
                for document_id, key in list(self.writer.expected.items())
                if "-new-" in document_id
            }
            stored = {
                document["_id"]: document["key"]
                for document in self.writer.documents.find({"_id": {"$in": list(kept)}}, limit=100_000)
            }
            assert stored == kept
            self.reads += 1


@pytest.fixture(autouse=True)
def connections_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let many threads do in one process what as many processes do elsewhere."""
    monkeypatch.setattr(clients, "MAX_POOL_SIZE", 4 * WRITERS)


@pytest.fixture
def failures() -> Iterator[list[BaseException]]:
    """Whatever ends a thread by an error."""
    failures: list[BaseException] = []
    hook = threading.excepthook
    threading.excepthook = lambda failure: failures.append(failure.exc_value or SystemError())
    yield failures
    threading.excepthook = hook


def test_nothing_acknowledged_is_lost_and_nothing_foreign_comes(
    places: Places,
    member: Membership,
    failures: list[BaseException],
    record_property: Callable[[str, object], None],
) -> None:
    owners = [library.create("Other"), member]
    stop = threading.Event()
    writers = [
        Writer(number, TenantCollection(owner.organization_id), stop)
        for owner in owners
        for number in range(WRITERS // len(owners))
    ]
    for owner in owners:
        TenantCollection(owner.organization_id).create_index([("key", 1)], unique=True)
    readers = [Reader(writers[0]), Reader(writers[-1])]
    roles: list[Writer | Reader] = [*writers, *readers]
    threads = [threading.Thread(target=role.run) for role in roles]
    for thread in threads:
        thread.start()
    pauses = []
    end = time.monotonic() + SECONDS
    try:
        for cluster, kind in itertools.cycle(AROUND):
            pauses.append(move(member.organization_id, cluster, kind).pause_seconds)
            if time.monotonic() > end or failures:
                break
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    for owner in owners:
        stored = {
            document["_id"]: document
            for document in TenantCollection(owner.organization_id).find({}, limit=10**6)
        }
        assert {document["of"] for document in stored.values()} == {owner.organization_id}
        expected = [writer.expected for writer in writers if writer.organization_id == owner.organization_id]
        merged = {key: value for of_writer in expected for key, value in of_writer.items()}
        assert {key: document["key"] for key, document in stored.items()} == merged
    places.check_nothing_is_left()
    done = {
        "moves": len(pauses),
        "writes": sum(writer.acknowledged for writer in writers),
        "reads": sum(reader.reads for reader in readers),
        "longest pause in seconds": round(max(pauses), 3),
    }
    record_property("moves", ", ".join(f"{name}: {number}" for name, number in done.items()))
    assert max(pauses) < 1
