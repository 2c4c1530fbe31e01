"""Limits of documents and bytes: who has room writes, and pays no command more for being counted."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import bson
import pytest
from pymongo.errors import OperationFailure

from tenantry.errors import LimitReached
from tenantry.identity.members import Membership
from tenantry.registry import limits
from tenantry.registry.organizations import finding, usage
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.usage import Size
from tenantry.runtime import moments
from tenantry.tenants import TenantCollection, room
from tests.integration import kinds
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.recorder import Recorder

PROCESSES = 3
WRITER = """
import sys
from tenantry.errors import LimitReached
from tenantry.tenants import TenantCollection

documents, written = TenantCollection(sys.argv[1]), 0
try:
    while True:
        documents.insert_one({"text": "x" * 100})
        written += 1
except LimitReached:
    print(written)
"""


@pytest.fixture(params=kinds.KINDS)
def member(
    request: pytest.FixtureRequest, recorder: Recorder, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Membership:
    kinds.place(request.param, monkeypatch)
    return library.create("Google")


@pytest.fixture
def documents(member: Membership) -> TenantCollection:
    return TenantCollection(member.organization_id)


def limit(databases: Databases, **own: int) -> None:
    databases.master["organizations"].update_one({}, {"$set": {"limits": own}})


def stored(member: Membership) -> OrganizationDocument:
    organization = finding.find(member.organization_id)
    assert organization is not None
    return organization


def in_use(member: Membership) -> Size:
    measured = stored(member)["usage"]
    return Size(measured["documents"], measured["bytes"]).plus(usage.added(measured))


def let_measurement_age(databases: Databases) -> None:
    earlier = {"usage.measured_at": moments.now() - timedelta(minutes=1)}
    databases.master["organizations"].update_one({"usage": {"$exists": True}}, {"$set": earlier})


def repeat_until_refused(write: Callable[[], object]) -> int:
    """Return how often it could be done."""
    for number in range(100):
        try:
            write()
        except LimitReached:
            return number
    raise AssertionError("it was never refused")


def commands(recorder: Recorder) -> list[str]:
    sent = [(next(iter(command)), command) for _, command in recorder.commands]
    return [f"{name} {command[name]}" for name, command in sent if command[name] != "plans"]


def test_counting_takes_a_command_only_once_a_share_of_the_room_is_written(
    documents: TenantCollection, recorder: Recorder, databases: Databases
) -> None:
    def insert() -> list[str]:
        recorder.commands.clear()
        documents.insert_one({"text": "x" * 1_000})
        return commands(recorder)

    insert()
    unlimited = insert()
    assert len(unlimited) == 3  # insert, find the organization, commit
    limit(databases, documents=3_000, bytes=10**9)
    insert()
    counting = [insert() for _ in range(12)]
    assert [sent[:3] for sent in counting] == [unlimited] * 12
    assert [sent[3:] for sent in counting] == [[], ["update organizations"], []] * 4


def test_who_has_reached_a_limit_deletes_and_goes_on_at_once(
    documents: TenantCollection, member: Membership, databases: Databases
) -> None:
    documents.insert_many([{"_id": number} for number in range(3)])
    limit(databases, documents=5)
    documents.insert_many([{"_id": 3}, {"_id": 4}])
    for refused in (
        lambda: documents.insert_one({"_id": 5}),
        lambda: documents.update_one({"_id": 5}, {"$set": {"a": 1}}, upsert=True),
        lambda: documents.modify_one(5, lambda _: {"_id": 5}),
    ):
        with pytest.raises(LimitReached) as reached:
            refused()
        assert reached.value.extensions == {"name": "documents", "limit": 5, "use": 5}
    documents.update_many({}, {"$set": {"text": "x"}})
    documents.delete_one({"_id": 0})
    elsewhere = TenantCollection(member.organization_id)
    with library.fresh_process():  # another process
        elsewhere.insert_one({"_id": 5})
    with pytest.raises(LimitReached):
        documents.insert_one({"_id": 6})
    assert documents.count_documents({}) == 5
    assert (stored(member)["version"], in_use(member).documents) == (member.organization["version"], 5)


def test_documents_that_grow_reach_the_limit(
    documents: TenantCollection, member: Membership, databases: Databases
) -> None:
    documents.insert_many([{"_id": number, "list": [0]} for number in range(10)])
    limit(databases, bytes=1_000_000)
    for grow in (
        lambda: documents.update_many({}, {"$push": {"list": "x" * 60_000}}),
        lambda: documents.update_one({"_id": 1}, {"$set": {"list.1400000": 1}}),
        lambda: documents.modify_one(1, lambda current: (current or {}) | {"text": "x" * 900_000}),
        lambda: documents.insert_many([{"text": "x" * 500_000} for _ in range(2)]),
    ):
        assert repeat_until_refused(grow) <= 1
    documents.modify_one(1, lambda _: {"_id": 1})  # which makes it smaller
    assert sum(len(bson.encode(document)) for document in documents.find({})) <= 1_000_000


def test_who_was_counted_too_much_is_measured_before_being_refused(
    documents: TenantCollection, databases: Databases
) -> None:
    documents.insert_one({"_id": 1})
    limit(databases, bytes=1_000)
    for _ in range(60):  # each counts as fifty bytes or so, and adds none
        let_measurement_age(databases)
        documents.update_one({"_id": 1}, {"$inc": {"count": 1}})
    assert repeat_until_refused(lambda: documents.update_one({"_id": 1}, {"$inc": {"count": 1}})) < 60


def test_what_is_rolled_back_is_not_counted(
    documents: TenantCollection, member: Membership, databases: Databases
) -> None:
    limit(databases, documents=100)
    documents.insert_one({"_id": 0})
    failures = [OperationFailure("again", 112, {"errorLabels": ["TransientTransactionError"]})] * 2

    def insert(written: Any, session: Any) -> None:
        written.insert_many([{"_id": 1}, {"_id": 2}], session=session)
        if failures:
            raise failures.pop()

    documents._fence.write(insert)
    with pytest.raises(OperationFailure):
        documents.insert_one({"_id": 1})
    assert in_use(member).documents == 3


@pytest.mark.parametrize("whose", ["plan", "own"])
def test_a_limit_counts_for_whoever_has_seen_the_organization_before(
    documents: TenantCollection, databases: Databases, whose: str
) -> None:
    documents.insert_many([{"_id": number} for number in range(3)])
    if whose == "own":
        limit(databases, documents=3)
    else:
        limits.plans().insert_one({"_id": limits.DEFAULT, "limits": {"documents": 3}})
        limits.forget()  # as a process does after a while
    with pytest.raises(LimitReached):
        documents.insert_one({"_id": 3})


def test_what_cannot_be_measured_in_time_is_left_to_the_schedule(
    documents: TenantCollection, member: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: Document = {"measure_at": moments.now() + timedelta(hours=5)}
    databases.master["organizations"].update_one({}, {"$set": later})
    limit(databases, documents=3)
    monkeypatch.setattr(room, "MEASURING_SECONDS", 0.000_001)
    documents.insert_one({"_id": 1})
    assert "usage" not in stored(member)
    assert stored(member)["measure_at"] <= moments.now()


def test_processes_keep_something_for_few_organizations(
    documents: TenantCollection, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_KEPT", 2)
    members = [library.create(name) for name in ("Alpha", "Beta", "Gamma", "Delta")]
    databases.master["organizations"].update_many({}, {"$set": {"limits": {"documents": 10**6}}})
    for organization in members:
        TenantCollection(organization.organization_id).insert_one({"_id": 1})
    assert len(room._kept) == 2
    assert [usage.added(stored(each)["usage"]).documents for each in members] == [1, 1, 0, 0]


def test_processes_at_once_end_within_the_stated_overshoot(member: Membership, databases: Databases) -> None:
    most = 200
    limit(databases, documents=most)
    command = [sys.executable, "-c", WRITER, member.organization_id]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    written = sum(int(writer.communicate(timeout=60)[0]) for writer in writers)
    assert written == TenantCollection(member.organization_id).count_documents({})
    assert most <= written <= most + PROCESSES * (most / room.SHARE + 1)
