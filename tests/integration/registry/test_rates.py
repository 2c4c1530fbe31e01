"""An organization's bucket admits what its limit says, whoever asks at once and whatever the clocks say."""

import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tenantry.registry import rates
from tenantry.registry.rates import Bucket
from tenantry.runtime import moments
from tests.support.databases import Databases, failing
from tests.support.fork_server import processes, replace_environment
from tests.support.recorder import recording
from tests.support.waiting import wait_until

PROCESSES: Final = 4
READY_SECONDS: Final = 60
SECONDS: Final = 0.7
LIMIT: Final = 240  # 4 a second: few, also if the processes need seconds to start


def admitted(organization_id: str, limit: int, requests: int) -> int:
    """Return how many of so many requests are admitted."""
    return sum(is_admitted(organization_id, limit) for _ in range(requests))


def is_admitted(organization_id: str, limit: int) -> bool:
    return rates.take([Bucket(organization_id, limit)]) is None


def set_bucket(databases: Databases, requests: float, age: timedelta) -> None:
    bucket = {"requests": requests, "at": moments.now() - age}
    databases.master["rates"].replace_one({"_id": "org_1"}, bucket, upsert=True)


def test_a_bucket_holds_a_minutes_requests(databases: Databases) -> None:
    assert admitted("org_1", 5, 8) == 5
    assert admitted("org_2", 5, 1) == 1  # and pays nothing for the other one


@pytest.mark.parametrize(("limit", "seconds", "expected"), [
    (5, 6, 0), (5, 13, 1), (5, 25, 2), (5, 3600, 5), (7, 61, 7),
])  # fmt: skip
def test_a_bucket_fills_up_evenly_within_a_minute(
    databases: Databases, limit: int, seconds: float, expected: int
) -> None:
    set_bucket(databases, 0, timedelta(seconds=seconds))
    assert admitted("org_1", limit, expected + 2) == expected


@pytest.mark.parametrize(("limit", "seconds"), [(0, 60), (1, 60), (7, 9), (60, 1), (100_000, 1)])
def test_refusal_says_when_the_next_one_is_there_at_the_latest(
    databases: Databases, limit: int, seconds: int
) -> None:
    set_bucket(databases, 0, -timedelta(seconds=10))  # so that none fills up meanwhile
    bucket = Bucket("org_1", limit)
    assert rates.take([bucket]) == bucket
    refusal = rates.refusal(bucket, "organization")
    assert refusal.headers == {"Retry-After": str(seconds)}
    assert refusal.extensions == {"name": "requests_per_minute", "limit": limit}
    set_bucket(databases, 0, timedelta(seconds=seconds))
    assert is_admitted("org_1", limit) is (limit > 0)


def test_clock_that_goes_back_fills_nothing_up(databases: Databases) -> None:
    """As that of a member of the replica set that becomes the primary."""
    set_bucket(databases, 1, timedelta(seconds=-30))
    ahead = databases.master["rates"].find_one({"_id": "org_1"})
    assert ahead is not None
    assert admitted("org_1", 5, 3) == 1
    assert databases.master["rates"].find_one({"_id": "org_1"}) == ahead | {"requests": 0}


def test_raised_limit_admits_more_and_a_lowered_one_less_at_once(databases: Databases) -> None:
    assert admitted("org_1", 5, 1) == 1
    assert admitted("org_1", 2, 9) == 2
    set_bucket(databases, 0, timedelta(seconds=30))
    assert 50 <= admitted("org_1", 100, 60) < 60


def test_refusal_is_one_command_that_writes_nothing(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert admitted("org_1", 1, 1) == 1
    before = databases.master["rates"].find_one()
    with recording(monkeypatch) as recorder:
        assert not is_admitted("org_1", 1)
        ((_, command),) = recorder.commands
    assert next(iter(command)) == "update"
    assert command["writeConcern"] == {"w": 1}
    assert databases.master["rates"].find_one() == before


@pytest.mark.parametrize(("held", "refusing", "remaining"), [
    ((1, 1), None, (0, 0)),
    ((0, 1), "key_1", (0, 1)),
    ((1, 0), "org_1", (0, 0)),
    ((0, 0), "key_1", (0, 0)),
])  # fmt: skip
def test_several_buckets_are_one_command_which_the_first_empty_one_ends(
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
    held: tuple[int, int],
    refusing: str | None,
    remaining: tuple[int, int],
) -> None:
    buckets, stored = [Bucket("key_1", 5), Bucket("org_1", 7)], databases.master["rates"]
    at = moments.now() + timedelta(seconds=10)  # so that none fills up meanwhile
    stored.insert_many(
        {"_id": bucket.id, "requests": requests, "at": at}
        for bucket, requests in zip(buckets, held, strict=True)
    )
    with recording(monkeypatch) as recorder:
        empty = rates.take(buckets)
        assert [next(iter(command)) for _, command in recorder.commands] == ["update"]
    assert (empty.id if empty else None) == refusing
    assert tuple(bucket["requests"] for bucket in stored.find().sort("_id")) == remaining


def test_command_that_is_sent_again_takes_from_no_bucket_twice(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver sends it again under the same number; the server knows which updates it has done."""
    buckets = [Bucket("key_1", 5), Bucket("org_1", 7)]
    lost = {
        "writeConcernError": {"code": 91, "errmsg": "shutting down", "errorLabels": ["RetryableWriteError"]}
    }
    with failing(databases.client, "update", times=1, **lost), recording(monkeypatch) as recorder:
        assert rates.take(buckets) is None
        assert len(recorder.commands) == 2
    stored = {bucket["_id"]: bucket["requests"] for bucket in databases.master["rates"].find()}
    assert stored == {"key_1": 4, "org_1": 6}


class Asked(NamedTuple):
    """How many requests of a process were admitted and refused, and from when to when it asked."""

    admitted: int
    refused: int
    begun: float
    ended: float


def _storm(environment: dict[str, str], place: Path) -> Asked:
    """Ask as often as one process can, from when all of them are there."""
    replace_environment(environment)
    (place / str(os.getpid())).touch()
    wait_until(lambda: len(list(place.iterdir())) == PROCESSES, READY_SECONDS)
    outcomes: Counter[bool] = Counter()
    begun = time.monotonic()
    while time.monotonic() < begun + SECONDS:
        outcomes[is_admitted("org_1", LIMIT)] += 1
    return Asked(outcomes[True], outcomes[False], begun, time.monotonic())


def test_many_at_once_are_admitted_at_exactly_the_rate(databases: Databases, tmp_path: Path) -> None:
    """The whole bucket, and what filled up until the last one was admitted, but for what remained then."""
    set_bucket(databases, 10, timedelta())
    begun = databases.master["rates"].find_one({"_id": "org_1"})
    arguments = [(dict(os.environ), tmp_path)] * PROCESSES
    with ProcessPoolExecutor(PROCESSES, processes) as pool:
        results = list(pool.map(_storm, *zip(*arguments, strict=True)))
    ended = databases.master["rates"].find_one({"_id": "org_1"})
    assert begun is not None
    assert ended is not None
    filled = (ended["at"] - begun["at"]).total_seconds() * LIMIT / 60
    admitted_by_all = sum(asked.admitted for asked in results)
    assert admitted_by_all == pytest.approx(10 + filled - ended["requests"], abs=0.01)
    assert filled > SECONDS * LIMIT / 60 / 2
    assert sum(asked.refused for asked in results) > 20  # they asked for more than there was
    assert sum(asked.refused > 0 for asked in results) > 1
    assert max(asked.begun for asked in results) < min(asked.ended for asked in results)  # all at once
