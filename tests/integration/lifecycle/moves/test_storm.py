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
    mine: TenantCollection
    stop: threading.Event
    expected: dict[str, Any] = field(default_factory=dict)
    acknowledged: int = 0

    def run(self) -> None:
        chance = random.Random(self.number)  # noqa: S311 - nothing secret
        fresh = itertools.count()
        while not self.stop.is_set():
            one = f"{self.number}-{chance.randrange(DOCUMENTS)}"
            match chance.randrange(4):
                case 0:
                    new = f"{self.number}-new-{next(fresh)}"
                    self.mine.insert_one({"_id": new, "key": new, "of": self.mine_id})
                    self.expected[new] = new
                case 1 if one in self.expected:
                    self.mine.delete_one({"_id": one})
                    del self.expected[one]
                case 2:
                    self.mine.replace_one({"_id": one}, {"key": one, "of": self.mine_id}, upsert=True)
                    self.expected[one] = one
                case 3 if one in self.expected:
                    key = f"{one}-{next(fresh)}"
                    updated = self.mine.update_one({"_id": one}, {"$set": {"key": key}})
                    assert updated.matched_count == 1, "what was acknowledged is not there"
                    self.expected[one] = key
            self.acknowledged += 1

    @property
    def mine_id(self) -> str:
        return self.mine._fence._organization_id


@dataclass
class Reader:
    """Checks that whatever a writer does not change any more is there."""

    writer: Writer
    reads: int = 0

    def run(self) -> None:
        while not self.writer.stop.is_set():
            kept = {one: key for one, key in list(self.writer.expected.items()) if "-new-" in one}
            found = {
                document["_id"]: document["key"]
                for document in self.writer.mine.find({"_id": {"$in": list(kept)}}, limit=100_000)
            }
            assert found == kept
            self.reads += 1


@pytest.fixture(autouse=True)
def connections_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let many threads do in one process what as many processes do elsewhere."""
    monkeypatch.setattr(clients, "MAX_POOL_SIZE", 4 * WRITERS)


@pytest.fixture
def failures() -> Iterator[list[BaseException]]:
    """Whatever ends a thread by an error."""
    found: list[BaseException] = []
    hook = threading.excepthook
    threading.excepthook = lambda failure: found.append(failure.exc_value or SystemError())
    yield found
    threading.excepthook = hook


def test_nothing_acknowledged_is_lost_and_nothing_foreign_comes(
    places: Places,
    member: Membership,
    failures: list[BaseException],
    record_property: Callable[[str, object], None],
) -> None:
    others = [library.create("Other"), member]
    stop = threading.Event()
    writers = [
        Writer(number, TenantCollection(one.organization_id), stop)
        for one in others
        for number in range(WRITERS // len(others))
    ]
    for one in others:
        TenantCollection(one.organization_id).create_index([("key", 1)], unique=True)
    readers = [Reader(writers[0]), Reader(writers[-1])]
    roles: list[Writer | Reader] = [*writers, *readers]
    threads = [threading.Thread(target=one.run) for one in roles]
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
    for one in others:
        stored = {
            found["_id"]: found for found in TenantCollection(one.organization_id).find({}, limit=10**6)
        }
        assert {found["of"] for found in stored.values()} == {one.organization_id}
        expected = [writer.expected for writer in writers if writer.mine_id == one.organization_id]
        merged = {key: value for each in expected for key, value in each.items()}
        assert {key: found["key"] for key, found in stored.items()} == merged
    places.check_nothing_is_left()
    done = {
        "moves": len(pauses),
        "writes": sum(one.acknowledged for one in writers),
        "reads": sum(one.reads for one in readers),
        "longest pause in seconds": round(max(pauses), 3),
    }
    record_property("moves", ", ".join(f"{name}: {number}" for name, number in done.items()))
    assert max(pauses) < 1
