"""Tenants' data stay with their organization, whatever is renamed, deleted or created meanwhile."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from pymongo.database import Database

from tenantry.errors import OrganizationNotFound, ServiceUnavailable
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.registry import clusters
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document

SECONDS = 3.0
WRITERS = 3  # with a renamer as many threads as connections


@contextmanager
def in_background(step: Callable[[int], object]) -> Iterator[None]:
    """Repeat a step in a thread of its own until the `with` block ends; its failure is raised there."""
    stop = threading.Event()
    failures: list[Exception] = []

    def run() -> None:
        number = 0
        try:
            while not stop.is_set():
                step(number)
                number += 1
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert failures == []


def write(organization_id: str, writer: int, until: float) -> dict[str, set[str]]:
    """Insert until the time is over; return the ids by what the library said about them."""
    documents = TenantCollection(organization_id)
    said: dict[str, set[str]] = {"written": set(), "not written": set()}
    number = 0
    while time.monotonic() < until:
        document_id = f"{writer}-{number}"
        try:
            documents.insert_one({"_id": document_id})
            said["written"].add(document_id)
        except ServiceUnavailable:
            said["not written"].add(document_id)
        number += 1
    return said


def test_writes_during_renames_are_neither_lost_nor_misplaced(
    member: Membership, databases: Databases
) -> None:
    renames = 0

    def rename(number: int) -> None:
        nonlocal renames
        library.rename(member, f"Name {number % 3}")
        renames += 1

    until = time.monotonic() + SECONDS
    organization_id = member.organization["_id"]
    with in_background(rename):
        said = at_once([partial(write, organization_id, writer, until) for writer in range(WRITERS)])
    written = set().union(*(outcome["written"] for outcome in said))
    assert renames > 10
    assert len(written) > 20
    (name,) = databases.collections()
    assert {document["_id"] for document in databases.tenants[name].find()} == written
    databases.check_invariants()


def test_updates_during_renames_count_every_acknowledged_one(
    member: Membership, databases: Databases
) -> None:
    documents = TenantCollection(member.organization["_id"])
    documents.insert_one({"_id": "counter", "count": 0})

    def increment() -> int:
        until, done = time.monotonic() + SECONDS / 2, 0
        while time.monotonic() < until:
            done += documents.update_one({"_id": "counter"}, {"$inc": {"count": 1}}).modified_count
        return done

    with in_background(lambda number: library.rename(member, f"Name {number % 2}")):
        done = at_once([increment] * 2)
    assert documents.find_one({"_id": "counter"}) == {"_id": "counter", "count": sum(done)}
    assert sum(done) > 0
    databases.check_invariants()


def test_reads_during_renames_never_see_an_empty_tenant(member: Membership, databases: Databases) -> None:
    documents = TenantCollection(member.organization["_id"])
    documents.insert_many([{"_id": number} for number in range(5)])

    def read() -> set[tuple[int, int, bool]]:
        until, seen = time.monotonic() + SECONDS / 2, set()
        while time.monotonic() < until:
            is_there = documents.find_one({"_id": 3}) is not None
            seen.add((len(documents.find({})), documents.count_documents({}), is_there))
        return seen

    with in_background(lambda number: library.rename(member, f"Name {number % 2}")):
        seen = at_once([read] * 3)
    assert seen == [{(5, 5, True)}] * 3
    databases.check_invariants()


@pytest.mark.usefixtures("free_names")
def test_writers_of_a_deleted_organization_never_write_into_its_successors_collection(
    databases: Databases,
) -> None:
    """One name is deleted and created again and again, while everybody writes to the first that had it."""
    current = [library.create("Google")]
    succeeded = threading.Condition()
    foreign: list[Document] = []
    until = time.monotonic() + SECONDS

    def succeed(number: int) -> None:
        deleting.delete(current[-1])
        successor = library.create("Google", f"{number}@example.com")
        successor_id = successor.organization["_id"]
        foreign.extend(databases.tenants["org_google"].find({"owner": {"$ne": successor_id}}))
        with succeeded:
            current.append(successor)
            current.pop(0)
            succeeded.notify_all()

    def has_successor(predecessor: Membership) -> bool:
        return current[-1] is not predecessor

    def write_on(writer: int) -> Counter[str]:
        counts = Counter[str]()
        while time.monotonic() < until:
            member = current[-1]
            organization_id = member.organization["_id"]
            try:
                document = {"_id": f"{writer}-{counts.total()}", "owner": organization_id}
                TenantCollection(organization_id).insert_one(document)
                counts["written"] += 1
            except OrganizationNotFound:
                counts["refused"] += 1
                with succeeded:
                    succeeded.wait_for(partial(has_successor, member), SECONDS)
        return counts

    with in_background(succeed):
        counts = at_once([partial(write_on, writer) for writer in range(WRITERS)])
    last = current[-1].organization["_id"]
    assert all(count["written"] > 0 and count["refused"] > 5 for count in counts)
    assert foreign == []
    assert set(databases.tenants["org_google"].distinct("owner")) <= {last}
    databases.check_invariants()


def test_write_that_a_deletion_overtakes_is_not_acknowledged(
    member: Membership, databases: Databases
) -> None:
    def insert_until_refused() -> None:
        number = 0
        while True:
            TenantCollection(member.organization["_id"]).insert_one({"_id": number})
            number += 1

    results = at_once([insert_until_refused, partial(deleting.delete, member)])
    assert isinstance(results[0], OrganizationNotFound)
    assert results[1] is None
    assert databases.collections() == {}
    databases.check_invariants()


@pytest.mark.usefixtures("free_names")
def test_write_that_was_held_up_finds_the_name_with_another_owner(
    member: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the organization and the write it is deleted, and its name taken by another."""
    tenant_database = clusters.tenant_database

    def held_up(cluster: str) -> Database[Document]:
        monkeypatch.setattr(clusters, "tenant_database", tenant_database)
        deleting.delete(member)
        library.create("Google", "heir@example.com")
        return tenant_database(cluster)

    monkeypatch.setattr(clusters, "tenant_database", held_up)
    with pytest.raises(OrganizationNotFound):
        TenantCollection(member.organization["_id"]).insert_one({"_id": "foreign"})
    assert databases.tenants["org_google"].count_documents({}) == 0
    databases.check_invariants()


def test_write_that_was_held_up_follows_a_rename(
    member: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_database = clusters.tenant_database

    def held_up(cluster: str) -> Database[Document]:
        monkeypatch.setattr(clusters, "tenant_database", tenant_database)
        library.rename(member, "Alphabet")
        return tenant_database(cluster)

    monkeypatch.setattr(clusters, "tenant_database", held_up)
    TenantCollection(member.organization["_id"]).insert_one({"_id": "mine"})
    assert databases.tenants["org_alphabet"].find_one() == {"_id": "mine"}
    assert list(databases.collections()) == ["org_alphabet"]
    databases.check_invariants()
