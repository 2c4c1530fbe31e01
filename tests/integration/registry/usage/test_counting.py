"""Requests are counted for the organization that sends them, and few are lost with the process."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import pytest
from pymongo.errors import PyMongoError

from tenantry.registry.usage import counting, document
from tenantry.runtime import moments, process
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import Owner, sign_up
from tests.support.recorder import recording
from tests.support.service import Service

THIS_MONTH: Final = datetime(2026, 11, 15, tzinfo=UTC)


class Clock:
    """The time of the process, which a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(counting, "time", clock)
    return clock


@pytest.fixture
def fresh(databases: Databases) -> None:
    """A process that has counted nothing."""
    counting._tally.forget()


def counted(databases: Databases) -> dict[tuple[str, str], int]:
    return {
        (use["organization_id"], use["month"]): use["requests"] for use in databases.master["usage"].find()
    }


def in_month(owner_id: str) -> tuple[str, str]:
    return owner_id, f"{moments.now():%Y-%m}"


def send(organization_id: str, status: int = 200) -> None:
    counting.note(organization_id)
    counting.count(status)


@pytest.mark.usefixtures("fresh")
def test_first_request_is_written_then_those_of_a_minute_and_those_of_a_number(
    databases: Databases, clock: Clock
) -> None:
    key = in_month("org_1")
    send("org_1")
    assert counted(databases) == {key: 1}
    for _ in range(5):
        clock.seconds += 11.9
        send("org_1")
    assert counted(databases) == {key: 1}
    clock.seconds += 0.5
    send("org_1")
    assert counted(databases) == {key: 7}
    for _ in range(counting.MOST_UNWRITTEN - 1):
        send("org_1")
    assert counted(databases) == {key: 7}
    send("org_2")
    assert counted(databases) == {key: 106, in_month("org_2"): 1}


@pytest.mark.usefixtures("fresh", "clock")
def test_process_that_ends_takes_along_less_than_it_may(databases: Databases) -> None:
    for _ in range(counting.MOST_UNWRITTEN):
        send("org_1")
    process.forget()
    send("org_1")
    assert counted(databases) == {in_month("org_1"): 2}


@pytest.mark.usefixtures("fresh", "clock")
def test_what_is_not_the_organizations_is_not_counted(databases: Databases) -> None:
    counting.count(200)  # without a token, or refused because of the rate
    send("org_1", 503)
    counting.count(200)  # nor does the next request count for whom the one before did
    assert counted(databases) == {}
    send("org_1", 404)
    assert counted(databases) == {in_month("org_1"): 1}


@pytest.mark.usefixtures("fresh")
def test_request_counts_in_its_month(
    databases: Databases, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)
    for moment in (last - timedelta(seconds=1), last, last + timedelta(milliseconds=1)):
        monkeypatch.setattr(moments, "now", partial(lambda moment: moment, moment))
        send("org_1")
    clock.seconds += 60
    send("org_1")
    assert counted(databases) == {("org_1", "2026-11"): 2, ("org_1", "2026-12"): 2}
    expiry = databases.master["usage"].distinct("expires_at")
    assert expiry == [datetime(2029, 1, 1, tzinfo=UTC), datetime(2029, 2, 1, tzinfo=UTC)]


@pytest.mark.usefixtures("fresh")
def test_what_cannot_be_written_is_lost_and_harms_no_request(
    databases: Databases, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise PyMongoError

    with monkeypatch.context() as patch:
        patch.setattr(document, "usage", fail)
        send("org_1")
    clock.seconds += 60
    send("org_1")
    assert counted(databases) == {in_month("org_1"): 1}


@pytest.mark.usefixtures("fresh", "clock")
def test_requests_at_once_are_all_counted(databases: Databases) -> None:
    send("org_1")
    assert at_once([lambda: send("org_1")] * counting.MOST_UNWRITTEN) == [None] * counting.MOST_UNWRITTEN
    assert counted(databases) == {in_month("org_1"): counting.MOST_UNWRITTEN + 1}


def test_request_with_a_token_is_written_with_a_later_one(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sign_up(service, "Beta")
    with recording(monkeypatch) as recorder:
        for _ in range(3):
            assert service.get(owner.path, token=owner.token).status == 200
        assert service.get(other.path, token=owner.token).status == 404
        assert service.get(owner.path).status == 401
        writes = [command for _, command in recorder.commands if "update" in command]
        assert len(writes) == 1
        monkeypatch.setattr(counting, "WRITE_EVERY_SECONDS", 0)
        assert service.get(other.path, token=other.token).status == 200
    assert counted(databases) == {in_month(owner.id): 4, in_month(other.id): 1}
