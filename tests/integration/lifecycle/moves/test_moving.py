"""Moves of whole organizations: nothing is lost, nothing is left, and nobody sees a difference."""

from datetime import timedelta

import pytest
from pymongo import IndexModel

from tenantry.errors import OrganizationNotFound, ServiceUnavailable
from tenantry.http.organizations.representations import organization_of
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, updating
from tenantry.lifecycle.moves import cleaning, operations
from tenantry.lifecycle.moves.errors import OutOfTime
from tenantry.lifecycle.reconciling import reconcile
from tenantry.lifecycle.updating import Changes
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import Kind
from tenantry.storage.pooled.indexes import PooledIndexes
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import AROUND, DOCUMENTS, Places, interrupt, move
from tests.support import library
from tests.support.databases import failing


def test_organization_is_the_same_at_every_place(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    neighbour = library.create("Other")
    TenantCollection(neighbour.organization_id).insert_one({"_id": 1, "key": 1})
    indexes = documents.list_indexes()
    shown = [as_clients_see(member)]
    for cluster, kind in AROUND:
        moved = move(member.organization_id, cluster, kind)
        assert places.place_of(member.organization_id)[:2] == (cluster, kind)
        assert documents.find({}) == DOCUMENTS
        assert documents.list_indexes() == indexes
        assert moved.compared.documents == len(DOCUMENTS)
        places.check_nothing_is_left()
        shown.append(as_clients_see(member))
    assert len({str(representation) for representation in shown}) == 1
    assert TenantCollection(neighbour.organization_id).find({}) == [{"_id": 1, "key": 1}]


def test_names_that_are_no_paths_are_kept(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    schema = {
        "$schema": "s",
        "$id": "i",
        "n": [{"$ref": "#/$defs/a.b"}],
        "$defs": {"a.b": {"": {"$where": 1}}},
    }
    documents.insert_many(
        [{"_id": "schema", "key": "schema", **schema}, {"_id": "ref", "$ref": "c", "a.b": 1}]
    )
    stored = documents.find({})
    for cluster, kind in AROUND:
        move(member.organization_id, cluster, kind)
        assert documents.find({}) == stored
    places.check_nothing_is_left()
    assert stored[-1] == {"_id": "schema", "key": "schema", **schema}


def as_clients_see(member: Membership) -> dict[str, object]:
    organization = finding.find(member.organization_id)
    assert organization is not None
    return {name: value for name, value in organization_of(organization).items() if name != "version"}


@pytest.mark.usefixtures("documents")
def test_move_to_where_it_is_does_nothing(member: Membership) -> None:
    before = finding.find(member.organization_id)
    assert operations.move("google", "main", "collection", lambda: None, lambda *_: None) is None
    assert finding.find(member.organization_id) == before


def test_metadata_changes_and_names_and_indexes_wait(
    begun: tuple[str, Kind], documents: TenantCollection, member: Membership
) -> None:
    changes = Changes(metadata={"color": "green"})
    changed = updating.update(member, changes, lambda _: True)
    assert changed["metadata"] == {"color": "green"}
    for refused in (
        lambda: library.rename(member, "Alphabet"),
        lambda: documents.create_index([("late", 1)]),
        lambda: documents.drop_index("both"),
    ):
        with pytest.raises(ServiceUnavailable, match="moved to another place") as raised:
            refused()
        assert raised.value.retry_after_seconds > 0
    move(member.organization_id, *begun)
    assert library.rename(member, "Alphabet")["collection"] == "org_alphabet"
    documents.drop_index("both")
    assert documents.find({}) == DOCUMENTS


@pytest.mark.usefixtures("free_names")
def test_deletion_wins(
    begun: tuple[str, Kind], documents: TenantCollection, member: Membership, places: Places
) -> None:
    deleting.delete(member)
    with pytest.raises(OrganizationNotFound):
        documents.find({})
    heir = library.create("Google", "heir@example.com")
    assert TenantCollection(heir.organization_id).find({}) == []
    cleaning.remove_leftovers()
    assert reconcile(timedelta()).failed == []
    places.check_nothing_is_left()


@pytest.mark.parametrize("code", [136, 280, 286])
def test_move_begins_anew_if_the_server_has_forgotten_what_changed(
    code: int, documents: TenantCollection, member: Membership, places: Places
) -> None:
    with pytest.raises(OutOfTime):
        operations.move(member.organization_id, "second", "collection", interrupt, lambda *_: None)
    documents.delete_many({"key": {"$lt": 30}})
    with failing(places.databases.client, "aggregate", times=1, errorCode=code):
        move(member.organization_id, "second", "collection")
    assert documents.find({}) == DOCUMENTS[30:]
    places.check_nothing_is_left()


def test_index_that_comes_to_a_pool_after_its_organization_has_left_goes(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    for place in (AROUND[2], AROUND[0]):
        move(member.organization_id, *place)
    vacated = PooledIndexes(places.tenants["main"]["pool_0"], member.organization_id)
    vacated.create(IndexModel([("late", 1)], name="late"))
    reconcile(timedelta())
    places.check_nothing_is_left()
    assert len(documents.list_indexes()) == 3
