"""Renaming and deleting organizations whose documents are in a pool."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from pymongo import IndexModel
from pymongo.database import Database

from tenantry.errors import CapacityExhausted, OrganizationExists, OrganizationNotFound
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, erasing
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import clusters
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.document import Place
from tenantry.runtime import process
from tenantry.storage import barrier, pools
from tenantry.storage.pooled.indexes import PooledIndexes
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document
from tests.support.overtaking import once_before

POOL = "pool_0"


@pytest.fixture(params=["main", "second"])
def pool(
    request: pytest.FixtureRequest,
    databases: Databases,
    second: Database[Document],
    monkeypatch: pytest.MonkeyPatch,
) -> Database[Document]:
    """The tenant database with the pool that all organizations are in."""
    clusters.register(request.param)
    pools.create(request.param, POOL)
    monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()
    return second if request.param == "second" else databases.tenants


def create(name: str, documents: int = 3) -> Membership:
    member = library.create(name)
    collection = TenantCollection(member.organization_id)
    collection.insert_many([{"_id": number, "of": name} for number in range(documents)])
    return member


def namespaces() -> int:
    return sum(cluster["namespaces"] for cluster in clusters.find_all())


def test_without_a_pool_nothing_is_created(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()
    with pytest.raises(CapacityExhausted):
        library.create("Google")
    assert databases.master["organizations"].count_documents({}) == 0


def test_pool_is_made_and_counted_once_and_only_where_there_is_room(databases: Databases) -> None:
    clusters.register("main", 5)
    for _ in range(2):
        pools.create("main", "pool_0")
    with pytest.raises(CapacityExhausted):
        pools.create("main", "pool_1")
    assert namespaces() == pools.NAMESPACES == 3
    assert list(databases.tenants["pool_0"].index_information()) == ["_id_", "tenant"]
    assert list(databases.collections()) == ["pool_0"]


@pytest.mark.usefixtures("free_names")
def test_rename_changes_nothing_but_metadata(pool: Database[Document], databases: Databases) -> None:
    member, neighbour = create("Google"), create("Amazon")
    before = databases.dump()
    renamed = library.rename(member, "Alphabet")
    assert (renamed["slug"], renamed["collection"]) == ("alphabet", "org_alphabet")
    assert renamed["slugs"] == ["alphabet"]
    assert (renamed["version"], renamed["state"], renamed["intent"]) == (2, "active", None)
    with pytest.raises(OrganizationExists):
        library.rename(neighbour, "Alphabet")
    after = databases.dump()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {f"{databases.master.name}.{name}" for name in ("organizations", "audit", "outbox")}
    library.create("Google", "heir@example.com")


def test_deletion_leaves_nothing_and_touches_nobody_else(
    pool: Database[Document], databases: Databases
) -> None:
    google, amazon = create("Google"), create("Amazon")
    for member in (google, amazon):
        TenantCollection(member.organization_id).create_index([("of", 1)], unique=False)
    deleting.delete(google)
    assert {document["_id"]["tenant"] for document in pool[POOL].find()} == {amazon.organization_id}
    indexes = pool[POOL].index_information()
    assert len(indexes) == 3
    assert not any(name.startswith(google.organization_id) for name in indexes)
    assert list(databases.master["erasures"].find()) == []
    assert TenantCollection(amazon.organization_id).count_documents({}) == 3


@pytest.mark.usefixtures("free_names")
def test_name_is_free_at_once_whatever_there_is_to_erase(
    pool: Database[Document], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = create("Google")
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "erase_some", lambda _: False)
        deleting.delete(google)
    heir = library.create("Google", "heir@example.com")
    assert TenantCollection(heir.organization_id).find({}) == []
    with pytest.raises(OrganizationNotFound):
        TenantCollection(google.organization_id).find({})
    assert pool[POOL].count_documents({}) == 3
    assert reconcile(timedelta(minutes=1)).erased == []
    assert reconcile(timedelta()).erased == [google.organization_id]
    assert pool[POOL].count_documents({}) == 0
    assert reconcile(timedelta()).erased == []


def test_deletion_is_done_though_its_cluster_cannot_be_reached_any_more(
    second: Database[Document], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters.register("second")
    pools.create("second", POOL)
    monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()
    google = create("Google")
    monkeypatch.setenv("MONGODB_CLUSTERS", "{}")
    process.forget()
    deleting.delete(google)
    assert [erasure["_id"] for erasure in databases.master["erasures"].find()] == [google.organization_id]
    assert reconcile(timedelta()).failed == [google.organization_id]
    assert second[POOL].count_documents({}) == 3


def test_erasure_waits_for_a_writer_that_is_about_to_commit(
    pool: Database[Document], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has seen the organization, and commits when that is deleted and nearly all is erased."""
    google = create("Google")
    is_deleted, may_commit = threading.Event(), threading.Event()
    find_to_commit = finding.find_to_commit

    def look_and_linger(*arguments: str) -> object:
        organization = find_to_commit(*arguments)
        monkeypatch.setattr(finding, "find_to_commit", find_to_commit)
        threading.Thread(target=delete).start()
        assert may_commit.wait(60)
        return organization

    def delete() -> None:
        deleting.delete(google)
        is_deleted.set()

    def wait(place: Place) -> bool:
        passed = real_wait(place)
        may_commit.set()
        return passed

    real_wait = barrier.wait
    monkeypatch.setattr(finding, "find_to_commit", look_and_linger)
    monkeypatch.setattr(barrier, "wait", wait)
    TenantCollection(google.organization_id).insert_one({"_id": "last"})
    assert is_deleted.wait(60)
    assert [erasure["_id"] for erasure in databases.master["erasures"].find()] == [google.organization_id]
    assert reconcile(timedelta()).erased == [google.organization_id]
    assert pool[POOL].count_documents({}) == 0


def test_writers_of_a_deleted_organization_leave_nothing(
    pool: Database[Document], databases: Databases
) -> None:
    google, amazon = create("Google"), create("Amazon")
    acknowledged: list[int] = []

    def write(first: int) -> None:
        documents = TenantCollection(google.organization_id)
        with suppress(OrganizationNotFound):
            for number in range(first, first + 1000):
                documents.insert_one({"_id": number})
                acknowledged.append(number)

    def write_to_neighbour() -> None:
        documents = TenantCollection(amazon.organization_id)
        for number in range(100, 110):
            documents.insert_one({"_id": number})

    def delete() -> None:
        while len(acknowledged) < 20:
            pass
        deleting.delete(google)

    writers: list[Callable[[], None]] = [partial(write, 1000 * number) for number in range(1, 5)]
    results = at_once([*writers, write_to_neighbour, delete])
    assert [result for result in results if result is not None] == []
    reconcile(timedelta())
    assert len(acknowledged) >= 20
    assert {document["_id"]["tenant"] for document in pool[POOL].find()} == {amazon.organization_id}
    assert TenantCollection(amazon.organization_id).count_documents({}) == 13
    assert list(databases.master["erasures"].find()) == []


def test_erasure_goes_on_from_where_it_ended(
    pool: Database[Document], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = create("Google", 2000)
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "BATCH_SECONDS", 0.01)
        deleting.delete(google)
    (erasure,) = erasing.find_all(timedelta())
    while not erasing.erase_some(erasure):
        pass
    assert erasing.erase_some(erasure), "doing it twice changes nothing"
    assert pool[POOL].count_documents({}) == 0


def test_index_that_comes_after_its_organization_is_erased_goes_as_well(
    pool: Database[Document], databases: Databases
) -> None:
    google, amazon = create("Google"), create("Amazon")
    TenantCollection(amazon.organization_id).create_index([("of", 1)])
    deleting.delete(google)
    place = PooledIndexes(pool[POOL], google.organization_id)
    place.create(IndexModel([("of", 1)], name="late", partialFilterExpression={"of": {"$exists": True}}))
    reconcile(timedelta())
    assert len(place.find()) == 1
    assert len(TenantCollection(amazon.organization_id).list_indexes()) == 2


@pytest.mark.usefixtures("free_names")
@pytest.mark.parametrize("change", [partial(library.rename, name="Alphabet"), deleting.delete])
def test_change_that_another_overtakes_starts_over(
    change: Callable[[Membership], object], pool: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    google = create("Google")
    name = "replace" if isinstance(change, partial) else "remove"
    once_before(monkeypatch, changing, name, partial(library.rename, google, "Googol"))
    change(google)
    organization = finding.find(google.organization_id)
    assert (organization["slug"] if organization else None) == ("alphabet" if name == "replace" else None)
    assert finding.find_holder("googol") is None
