"""The fence where the master is on another cluster, and the barrier that waits for who is within."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo.database import Database

from tenantry.errors import OrganizationNotFound, OrganizationSuspended
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, suspending
from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import Place
from tenantry.storage import barrier
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.overtaking import once_before
from tests.support.recorder import recording

PLACE = Place("second", "collection", "org_google")


@pytest.fixture
def moved(member: Membership, databases: Databases, second: Database[Document]) -> str:
    """Id of the organization Google, whose collection is on the second cluster."""
    clusters.register("second")
    databases.tenants["org_google"].drop()
    second.create_collection("org_google")
    databases.master["organizations"].update_one({}, {"$set": {"cluster": "second"}})
    return member.organization_id


def test_documents_are_on_the_organizations_cluster(
    moved: str, databases: Databases, second: Database[Document]
) -> None:
    documents = TenantCollection(moved)
    documents.insert_one({"_id": 1, "kind": "note"})
    documents.create_index([("kind", 1)])
    assert documents.find({"kind": "note"}) == list(second["org_google"].find())
    assert [index["name"] for index in documents.list_indexes()] == ["_id_", "kind_1"]
    assert databases.collections() == {}


def test_rename_and_deletion_happen_on_the_organizations_cluster(
    moved: str, member: Membership, databases: Databases, second: Database[Document]
) -> None:
    TenantCollection(moved).insert_one({"_id": 1})
    library.rename(member, "Alphabet")
    assert list(second["org_alphabet"].find()) == [{"_id": 1}]
    deleting.delete(member)
    assert second.list_collection_names() == databases.tenants.list_collection_names() == []


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (lambda master: master["organizations"].delete_one({}), OrganizationNotFound),
        (
            lambda master: master["organizations"].update_one({}, {"$set": {"state": "deleting"}}),
            OrganizationNotFound,
        ),
        (lambda master: suspending.suspend("google"), OrganizationSuspended),
    ],
)
def test_write_that_is_overtaken_is_rolled_back(
    *,
    event: Callable[[Database[Document]], object],
    error: type[Exception],
    moved: str,
    databases: Databases,
    second: Database[Document],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once_before(monkeypatch, finding, "find_to_commit", lambda: event(databases.master))
    with pytest.raises(error):
        TenantCollection(moved).insert_one({"_id": "late"})
    assert second["org_google"].find_one() is None


@pytest.mark.parametrize(("cluster", "level"), [("main", "majority"), ("second", "linearizable")])
def test_look_before_a_commit_elsewhere_asks_the_majority(
    cluster: str, level: str, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording(monkeypatch) as recorder:
        finding.find_to_commit("org_1", cluster)
        ((_, command),) = recorder.commands
        assert command["readConcern"]["level"] == level


def test_barrier_waits_for_open_transactions_and_not_for_long(second: Database[Document]) -> None:
    second.create_collection("org_google")
    assert barrier.wait(PLACE)
    with second.client.start_session() as session, session.start_transaction():
        second["org_google"].insert_one({"_id": 1}, session=session)
        before = time.monotonic()
        assert not barrier.wait(PLACE)
        assert time.monotonic() - before < barrier.SECONDS + 5
    assert barrier.wait(PLACE)


def test_barrier_is_over_with_the_transaction(second: Database[Document]) -> None:
    second.create_collection("org_google")
    waiting = {"op": "command", "command.collMod": "org_google", "waitingForLock": True}
    with second.client.start_session() as session, ThreadPoolExecutor() as pool:
        session.start_transaction()
        second["org_google"].insert_one({"_id": 1}, session=session)
        passed = pool.submit(lambda: next(number for number in range(100) if barrier.wait(PLACE)))
        while not list(second.client.admin.aggregate([{"$currentOp": {}}, {"$match": waiting}])):
            assert not passed.done()
        session.commit_transaction()
        passed.result()
    assert second["org_google"].count_documents({}) == 1


def test_barrier_does_not_pass_while_an_index_is_built(second: Database[Document]) -> None:
    second["org_google"].insert_one({"_id": 1, "kind": 1})
    admin, name = second.client.admin, "hangAfterStartingIndexBuild"
    with ThreadPoolExecutor() as pool:
        entered = admin.command({"configureFailPoint": name, "mode": "alwaysOn"})["count"] + 1
        built = pool.submit(second["org_google"].create_index, "kind")
        try:
            admin.command({"waitForFailPoint": name, "timesEntered": entered, "maxTimeMS": 60_000})
            assert not barrier.wait(PLACE)
        finally:
            admin.command({"configureFailPoint": name, "mode": "off"})
        built.result()
    assert barrier.wait(PLACE)
