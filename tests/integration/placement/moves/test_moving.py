"""Moves of whole organizations: nothing is lost, nothing is left, and nobody sees a difference."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import bson
import pytest
from pymongo import IndexModel
from pymongo.common import MAX_BSON_SIZE
from pymongo.errors import AutoReconnect

from tenantry import clusters, lifecycle, moving, organizations
from tenantry.accounts import Membership
from tenantry.errors import CapacityExhausted, OrganizationNotFound, ServiceUnavailable, TooManyIndexes
from tenantry.http.representations import organization_of
from tenantry.moves import cleaning, endings, operations, records, switching
from tenantry.moves.endpoints import opened
from tenantry.moves.errors import MoveImpossible, MoveLost, MoveRefused, OutOfTime
from tenantry.moves.raw_documents import document, id_of
from tenantry.organizations import Kind, Placement
from tenantry.reconciliation import reconcile
from tenantry.schemas import UpdateOrganization
from tenantry.tenants import TenantCollection, ddl, pools
from tests.integration.placement.moves.places import AROUND, Places, move
from tests.support import library
from tests.support.databases import failing
from tests.support.overtaking import once_before

DOCUMENTS = [{"_id": number, "key": number} for number in range(50)]


@pytest.fixture
def mine(places: Places, member: Membership) -> TenantCollection:
    """The documents and indexes of Google, which has a collection of its own on the master's cluster."""
    mine = TenantCollection(member.organization_id)
    mine.insert_many(DOCUMENTS)
    mine.create_index([("key", -1)], unique=True)
    mine.create_index([("a", 1), ("key", 1)], name="both")
    return mine


def test_organization_is_the_same_at_every_place(
    mine: TenantCollection, member: Membership, places: Places
) -> None:
    other = library.create("Other")
    TenantCollection(other.organization_id).insert_one({"_id": 1, "key": 1})
    indexes = mine.list_indexes()
    shown = [as_clients_see(member)]
    for cluster, kind in AROUND:
        moved = move(member.organization_id, cluster, kind)
        assert places.placement(member.organization_id)[:2] == (cluster, kind)
        assert mine.find({}) == DOCUMENTS
        assert mine.list_indexes() == indexes
        assert moved.compared.documents == len(DOCUMENTS)
        places.check_nothing_is_left()
        shown.append(as_clients_see(member))
    assert len({str(one) for one in shown}) == 1
    assert TenantCollection(other.organization_id).find({}) == [{"_id": 1, "key": 1}]


def as_clients_see(member: Membership) -> dict[str, object]:
    found = organizations.find(member.organization_id)
    assert found is not None
    return organization_of(found).model_dump(exclude={"version"})


@pytest.mark.usefixtures("mine")
def test_move_to_where_it_is_does_nothing(member: Membership) -> None:
    before = organizations.find(member.organization_id)
    assert operations.move("google", "main", "collection", lambda: None, lambda *_: None) is None
    assert organizations.find(member.organization_id) == before


@pytest.mark.parametrize(("cluster", "kind"), [("third", "collection"), ("third", "pooled")])
def test_move_to_no_place_is_refused(
    cluster: str, kind: Kind, mine: TenantCollection, places: Places
) -> None:
    with pytest.raises(MoveRefused):
        move("google", cluster, kind)
    places.check_nothing_is_left()


def test_collection_with_options_is_refused(
    mine: TenantCollection, member: Membership, places: Places
) -> None:
    places.tenants["main"].command("collMod", "org_google", validator={"key": {"$exists": True}})
    with pytest.raises(MoveRefused, match="options"):
        move(member.organization_id, "second", "collection")
    places.check_nothing_is_left()


def test_full_cluster_takes_no_organization(
    mine: TenantCollection, member: Membership, places: Places
) -> None:
    clusters.register("second", 4)  # and the pool has 3
    with pytest.raises(CapacityExhausted):
        move(member.organization_id, "second", "collection")
    places.check_nothing_is_left()
    assert mine.find({}) == DOCUMENTS


@pytest.fixture(params=[AROUND[0], AROUND[2]], ids=" ".join)
def begun(
    request: pytest.FixtureRequest, mine: TenantCollection, member: Membership, places: Places
) -> tuple[str, Kind]:
    """The target of a move that was interrupted while it copied."""
    cluster, kind = request.param
    with pytest.raises(OutOfTime):
        operations.move(member.organization_id, cluster, kind, interrupt, lambda *_: None)
    found = records.find(member.organization_id)
    assert found is not None
    assert found["phase"] == "copying"
    return cluster, kind


def interrupt() -> None:
    raise OutOfTime


def test_interrupted_move_goes_on(
    begun: tuple[str, Kind], mine: TenantCollection, member: Membership, places: Places
) -> None:
    mine.insert_one({"_id": "meanwhile"})
    move(member.organization_id, *begun)
    assert mine.find({}) == [*DOCUMENTS, {"_id": "meanwhile"}]
    places.check_nothing_is_left()


def test_move_to_elsewhere_is_refused_until_it_is_over(
    begun: tuple[str, Kind], mine: TenantCollection, member: Membership, places: Places
) -> None:
    other = next(place for place in AROUND[:3] if place != begun)
    with pytest.raises(MoveRefused):
        move(member.organization_id, *other)
    move(member.organization_id, *begun)
    move(member.organization_id, *other)
    assert mine.find({}) == DOCUMENTS


def test_cancelled_move_leaves_nothing(
    begun: tuple[str, Kind], mine: TenantCollection, member: Membership, places: Places
) -> None:
    assert operations.cancel(member.organization_id, lambda: None)
    assert places.placement(member.organization_id)[:2] == ("main", "collection")
    assert mine.find({}) == DOCUMENTS
    places.check_nothing_is_left()
    assert not operations.cancel(member.organization_id, lambda: None)


def test_metadata_changes_and_names_and_indexes_wait(
    begun: tuple[str, Kind], mine: TenantCollection, member: Membership
) -> None:
    changes = UpdateOrganization(metadata={"plan": "pro"})
    changed = lifecycle.update(member, changes, lambda _: True)
    assert changed["metadata"] == {"plan": "pro"}
    for refused in (
        lambda: library.rename(member, "Alphabet"),
        lambda: mine.create_index([("late", 1)]),
        lambda: mine.drop_index("both"),
    ):
        with pytest.raises(ServiceUnavailable, match="moved to another place") as raised:
            refused()
        assert raised.value.retry_after_seconds > 0
    move(member.organization_id, *begun)
    assert library.rename(member, "Alphabet")["collection"] == "org_alphabet"
    mine.drop_index("both")
    assert mine.find({}) == DOCUMENTS


def test_deletion_wins(
    begun: tuple[str, Kind], mine: TenantCollection, member: Membership, places: Places
) -> None:
    lifecycle.delete(member)
    with pytest.raises(OrganizationNotFound):
        mine.find({})
    heir = library.create("Google", "heir@example.com")
    assert TenantCollection(heir.organization_id).find({}) == []
    cleaning.clean_all()
    assert reconcile(timedelta()).failed == []
    places.check_nothing_is_left()


def test_mover_notices_that_its_move_is_over(
    mine: TenantCollection, member: Membership, places: Places
) -> None:
    def cancel(*_: object) -> None:
        operations.cancel(member.organization_id, lambda: None)

    with pytest.raises(MoveLost):
        operations.move(member.organization_id, "second", "collection", lambda: None, cancel)
    assert mine.find({}) == DOCUMENTS
    places.check_nothing_is_left()


def test_only_one_process_moves_an_organization(
    mine: TenantCollection, member: Membership, places: Places
) -> None:
    refused = []

    def begin_again(*_: object) -> None:
        with pytest.raises(MoveRefused) as raised:
            move(member.organization_id, "second", "collection")
        refused.append(raised)

    operations.move(member.organization_id, "second", "collection", lambda: None, begin_again)
    assert refused
    assert mine.find({}) == DOCUMENTS


@pytest.mark.parametrize("code", [136, 280, 286])
def test_move_begins_anew_if_the_server_has_forgotten_what_changed(
    code: int, mine: TenantCollection, member: Membership, places: Places
) -> None:
    with pytest.raises(OutOfTime):
        operations.move(member.organization_id, "second", "collection", interrupt, lambda *_: None)
    mine.delete_many({"key": {"$lt": 30}})
    with failing(places.databases.client, "aggregate", times=1, errorCode=code):
        move(member.organization_id, "second", "collection")
    assert mine.find({}) == DOCUMENTS[30:]
    places.check_nothing_is_left()


def test_pause_that_nobody_ends_runs_out(
    mine: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "PAUSE_LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(moving, "resume", lambda *_: None)
    once_before(monkeypatch, endings, "switch", interrupt)
    with pytest.raises(OutOfTime):
        move(member.organization_id, "second", "collection")
    monkeypatch.undo()
    mine.insert_one({"_id": "meanwhile"})
    move(member.organization_id, "second", "collection")
    assert mine.find({}) == [*DOCUMENTS, {"_id": "meanwhile"}]


def test_switch_waits_for_writes_that_have_begun(
    mine: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_looked, may_commit = threading.Event(), threading.Event()
    look, barrier = organizations.find_to_commit, ddl.barrier

    def look_and_wait(*arguments: Any) -> Any:
        seen = look(*arguments)
        has_looked.set()
        assert may_commit.wait(10)
        return seen

    def write() -> None:
        monkeypatch.setattr(organizations, "find_to_commit", look_and_wait)
        writer.start()
        assert has_looked.wait(10)
        monkeypatch.setattr(organizations, "find_to_commit", look)

    def try_barrier(place: Placement) -> bool:
        has_passed = barrier(place)
        if not has_passed:
            may_commit.set()
        return has_passed

    writer = threading.Thread(target=lambda: mine.insert_one({"_id": "begun"}))
    monkeypatch.setattr(ddl, "barrier", try_barrier)
    once_before(monkeypatch, moving, "pause", write)
    move(member.organization_id, "second", "collection")
    has_waited = may_commit.is_set()
    may_commit.set()
    writer.join()
    assert has_waited
    assert mine.find({}) == [*DOCUMENTS, {"_id": "begun"}]


def test_late_writes_of_a_former_mover_are_taken_back(
    begun: tuple[str, Kind], mine: TenantCollection, member: Membership, places: Places
) -> None:
    former = records.find(member.organization_id)
    assert former is not None
    move(member.organization_id, *begun)
    late = document(bson.encode({"_id": 0, "key": "late"}))
    cleaned: records.MoveDocument = {**former, "left": former["target"]}
    checks: list[Callable[[], None]] = [
        lambda: records.verify(former, former["target"]["cluster"]),
        lambda: endings.verify_left(cleaned),
    ]
    with opened(places.placement(member.organization_id), member.organization_id) as target:
        for verify in checks:
            with pytest.raises(MoveLost):
                target.replace([id_of(late)], [late], verify)
    assert mine.find({}) == DOCUMENTS


def test_former_mover_is_told_by_the_next_one(begun: tuple[str, Kind], member: Membership) -> None:
    first = records.take(member.organization_id, "first")
    assert first is not None
    assert records.take(member.organization_id, "second") is None
    records.release(first)
    assert records.take(member.organization_id, "second") is not None
    with pytest.raises(MoveLost):
        records.save(first, {})
    with pytest.raises(MoveLost):
        records.verify(first, first["target"]["cluster"])


def test_what_a_pool_cannot_hold_stays_where_it_is(
    mine: TenantCollection, member: Membership, places: Places
) -> None:
    empty = len(bson.encode({"_id": "large", "x": b""}))
    mine.insert_one({"_id": "large", "x": b"x" * (MAX_BSON_SIZE - empty)})
    with pytest.raises(MoveImpossible):
        move(member.organization_id, "second", "pooled")
    places.check_nothing_is_left()
    move(member.organization_id, "second", "collection")
    assert mine.count_documents({"_id": "large"}) == 1


def test_pool_without_room_for_the_indexes_is_left_again(
    mine: TenantCollection, member: Membership, places: Places
) -> None:
    pool = places.tenants["second"]["pool_1"]
    pool.create_indexes([IndexModel([(f"field_{number}", 1)]) for number in range(61)])
    with pytest.raises(TooManyIndexes):
        move(member.organization_id, "second", "pooled")
    pool.drop_indexes()
    pools.create("second", "pool_1")
    places.check_nothing_is_left()
    assert mine.find({}) == DOCUMENTS


def test_switch_whose_answer_is_lost_has_happened(
    mine: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = endings.switch

    def lose_answer(*arguments: Any) -> None:
        switch(*arguments)
        raise AutoReconnect

    monkeypatch.setattr(endings, "switch", lose_answer)
    move(member.organization_id, "second", "pooled")
    assert places.placement(member.organization_id)[:2] == ("second", "pooled")
    assert mine.find({}) == DOCUMENTS
    places.check_nothing_is_left()
