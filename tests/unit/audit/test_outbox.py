"""Sending records to a simulated EventBridge."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from pymongo.database import Database

from tenantry.audit import outbox, recording
from tenantry.runtime import moments
from tenantry.runtime.settings import settings

Master = Database[dict[str, Any]]
BUS = "tenantry-test"


class Bus:
    """A simulated bus: it keeps the entries that it accepts, and refuses those for which `refuses` holds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.refuses: Callable[[dict[str, Any]], bool] = lambda detail: False
        boto3.client("events").create_event_bus(Name=BUS)
        self._put_events = outbox._client().put_events
        monkeypatch.setattr(outbox._client(), "put_events", self._put)

    @property
    def ids(self) -> list[str]:
        return [json.loads(entry["Detail"])["id"] for entry in self.accepted]

    def _put(self, Entries: list[Any]) -> Any:  # noqa: N803 - AWS's name
        self.sizes.append(len(Entries))
        accepted = [entry for entry in Entries if not self.refuses(json.loads(entry["Detail"]))]
        replies = iter(self._put_events(Entries=accepted)["Entries"] if accepted else ())
        self.accepted += accepted
        failed = {"ErrorCode": "ThrottlingException", "ErrorMessage": "later"}
        entries = [next(replies) if entry in accepted else failed for entry in Entries]
        return {"FailedEntryCount": len(Entries) - len(accepted), "Entries": entries}


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch, master: Master) -> Iterator[Bus]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("EVENT_BUS", BUS)
    settings.cache_clear()
    with mock_aws():
        yield Bus(monkeypatch)


def record(number: int, **details: Any) -> None:
    recording.record_alone("organization.changed", ["org_1"], {"n": number} | details)


def waiting(master: Master) -> list[str]:
    return [event["_id"] for event in master["outbox"].find()]


def test_everything_is_sent_once_and_oldest_first(bus: Bus, master: Master) -> None:
    for number in range(25):
        record(number)
    sent = waiting(master)
    assert outbox.publish() == outbox.Outcome(published=25, refused=0)
    assert bus.ids == sent
    assert waiting(master) == []
    assert outbox.publish() == outbox.Outcome()
    assert master["audit"].count_documents({}) == 25


def test_an_event_is_the_record(bus: Bus, master: Master) -> None:
    recording.record_alone("organization.renamed", ["org_1"], {"name": {"from": "Zoë", "to": "Ж"}})
    (stored,) = master["audit"].find()
    outbox.publish()
    (entry,) = bus.accepted
    assert (entry["Source"], entry["DetailType"]) == ("tenantry", "organization.renamed")
    assert (entry["Time"], entry["EventBusName"]) == (stored["at"], BUS)
    assert json.loads(entry["Detail"]) == {
        "id": stored["_id"],
        "at": stored["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "action": "organization.renamed",
        "result": "success",
        "actor": {"type": "system", "id": None},
        "organization_ids": ["org_1"],
        "account_id": None,
        "request_id": None,
        "source_address": None,
        "details": {"name": {"from": "Zoë", "to": "Ж"}},
    }


def test_what_is_refused_stays_and_is_sent_again(bus: Bus, master: Master) -> None:
    for number in range(12):
        record(number)
    recorded = waiting(master)
    bus.refuses = lambda detail: detail["details"]["n"] in {3, 11}
    assert outbox.publish() == outbox.Outcome(published=10, refused=2)
    refused = [recorded[3], recorded[11]]
    assert waiting(master) == refused
    bus.refuses = lambda detail: False
    assert outbox.publish() == outbox.Outcome(published=2, refused=0)
    assert bus.ids[-2:] == refused
    assert sorted(bus.ids) == sorted(recorded)


def test_a_run_ends_when_nothing_gets_through(bus: Bus, master: Master) -> None:
    for number in range(12):
        record(number)
    bus.refuses = lambda detail: True
    assert outbox.publish() == outbox.Outcome(published=0, refused=10)
    assert bus.sizes == [10]
    assert len(waiting(master)) == 12


def test_nothing_is_removed_when_the_bus_does_not_answer(
    bus: Bus, master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(1)

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalException"}}, "PutEvents")

    monkeypatch.setattr(outbox._client(), "put_events", fail)
    with pytest.raises(ClientError):
        outbox.publish()
    assert len(waiting(master)) == 1


def test_requests_stay_below_the_limit_of_the_bus(bus: Bus) -> None:
    for number in range(9):
        record(number, long="ж" * 40_000)  # 80 kB
    assert outbox.publish() == outbox.Outcome(published=9, refused=0)
    assert bus.sizes == [3, 3, 3]


def test_a_run_ends_in_time(bus: Bus, master: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    record(1)
    monkeypatch.setattr(outbox, "RUN_SECONDS", 0)
    assert outbox.publish() == outbox.Outcome()
    assert len(waiting(master)) == 1


def test_age_is_that_of_the_oldest(bus: Bus, master: Master) -> None:
    assert outbox.age_seconds() == 0
    for minutes in (1, 7, 3):
        master["outbox"].insert_one({"at": moments.now() - timedelta(minutes=minutes)})
    assert outbox.age_seconds() == pytest.approx(7 * 60, abs=30)
