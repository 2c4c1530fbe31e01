"""Moves that are interrupted go on or are given up, and have one mover at a time."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import bson
import pytest

from tenantry.identity.members import Membership
from tenantry.lifecycle.moves import endings, operations, records, targets
from tenantry.lifecycle.moves.errors import MoveLost, MoveRefused
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import Kind, place_of
from tenantry.storage import information
from tenantry.storage.opening import open_place
from tenantry.storage.pooled.indexes import PooledIndexes
from tenantry.storage.raw.encoding import document, id_of
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import AROUND, DOCUMENTS, Places, move
from tests.support.overtaking import once_before


def test_interrupted_move_goes_on(
    begun: tuple[str, Kind], documents: TenantCollection, member: Membership, places: Places
) -> None:
    documents.insert_one({"_id": "meanwhile"})
    move(member.organization_id, *begun)
    assert documents.find({}) == [*DOCUMENTS, {"_id": "meanwhile"}]
    places.check_nothing_is_left()


def test_move_to_elsewhere_is_refused_until_it_is_over(
    begun: tuple[str, Kind], documents: TenantCollection, member: Membership, places: Places
) -> None:
    elsewhere = next(place for place in AROUND[:3] if place != begun)
    with pytest.raises(MoveRefused):
        move(member.organization_id, *elsewhere)
    move(member.organization_id, *begun)
    move(member.organization_id, *elsewhere)
    assert documents.find({}) == DOCUMENTS


def test_cancelled_move_leaves_nothing(
    begun: tuple[str, Kind], documents: TenantCollection, member: Membership, places: Places
) -> None:
    assert operations.cancel(member.organization_id, lambda: None)
    assert places.place_of(member.organization_id)[:2] == ("main", "collection")
    assert documents.find({}) == DOCUMENTS
    places.check_nothing_is_left()
    assert not operations.cancel(member.organization_id, lambda: None)


def test_mover_notices_that_its_move_is_over(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    def cancel(*_: object) -> None:
        operations.cancel(member.organization_id, lambda: None)

    with pytest.raises(MoveLost):
        operations.move(member.organization_id, "second", "collection", lambda: None, cancel)
    assert documents.find({}) == DOCUMENTS
    places.check_nothing_is_left()


def test_only_one_process_moves_an_organization(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    refused = []

    def begin_again(*_: object) -> None:
        with pytest.raises(MoveRefused) as raised:
            move(member.organization_id, "second", "collection")
        refused.append(raised)

    operations.move(member.organization_id, "second", "collection", lambda: None, begin_again)
    assert refused
    assert documents.find({}) == DOCUMENTS


def test_late_writes_of_a_former_mover_are_taken_back(
    begun: tuple[str, Kind], documents: TenantCollection, member: Membership, places: Places
) -> None:
    former = records.find(member.organization_id)
    assert former is not None
    move(member.organization_id, *begun)
    late = document(bson.encode({"_id": 0, "key": "late"}))
    cleaned: records.MoveDocument = {**former, "leftover": former["target"]}
    checks: list[Callable[[], None]] = [
        lambda: records.verify_holder(former, former["target"]["cluster"]),
        lambda: endings.verify_leftover(cleaned),
    ]
    with open_place(places.place_of(member.organization_id), member.organization_id).raw() as target:
        for verify in checks:
            with pytest.raises(MoveLost):
                target.replace([id_of(late)], [late], verify)
    assert documents.find({}) == DOCUMENTS


def test_mover_that_has_not_noted_its_target_is_told_that_the_move_was_cancelled(
    documents: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = finding.find(member.organization_id)
    assert organization is not None
    source = place_of(organization)
    target = source._replace(cluster="second")
    begun = records.begin(organization, information.uuid(source), target, "former")
    cancel = partial(operations.cancel, member.organization_id, lambda: None)
    once_before(monkeypatch, information, "uuid", cancel)
    with pytest.raises(MoveLost):
        targets.prepare(begun)
    places.check_nothing_is_left()


def test_former_mover_is_told_by_the_next_one(begun: tuple[str, Kind], member: Membership) -> None:
    first = records.take(member.organization_id, "first")
    assert first is not None
    assert records.take(member.organization_id, "second") is None
    records.release(first)
    assert records.take(member.organization_id, "second") is not None
    with pytest.raises(MoveLost):
        records.save(first, {})
    with pytest.raises(MoveLost):
        records.verify_holder(first, first["target"]["cluster"])


@pytest.mark.parametrize("begun", [AROUND[2]], indirect=True)
def test_indexes_that_are_on_their_way_to_a_pool_stay(
    begun: tuple[str, Kind], member: Membership, places: Places
) -> None:
    target = PooledIndexes(places.tenants["main"]["pool_0"], member.organization_id)
    before = target.find()
    assert len(before) == 3
    reconcile(timedelta())
    assert target.find() == before
