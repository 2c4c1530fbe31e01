"""Moves that cannot be: the organization stays where it is, and nothing is left of them."""

import bson
import pytest
from pymongo import IndexModel
from pymongo.common import MAX_BSON_SIZE
from pymongo.errors import WriteError

from tenantry.errors import CapacityExhausted, TooManyIndexes
from tenantry.identity.members import Membership
from tenantry.lifecycle.moves.errors import MoveImpossible, MoveRefused
from tenantry.registry import clusters
from tenantry.registry.organizations.document import Kind
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import DOCUMENTS, Places, move
from tests.support import library


@pytest.mark.parametrize(("cluster", "kind"), [("third", "collection"), ("third", "pooled")])
def test_move_to_no_place_is_refused(
    cluster: str, kind: Kind, documents: TenantCollection, places: Places
) -> None:
    with pytest.raises(MoveRefused):
        move("google", cluster, kind)
    places.check_nothing_is_left()


@pytest.mark.parametrize("kind", ["collection", "pooled"])
def test_move_to_a_cluster_without_a_connection_string_is_refused(
    kind: Kind, documents: TenantCollection, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library.fresh_process(), monkeypatch.context() as patch:
        patch.delenv("MONGODB_CLUSTERS")
        with pytest.raises(MoveRefused, match="no connection string"):
            move("google", "second", kind)
    places.check_nothing_is_left()


def test_validator_comes_along_whatever_is_stored_but_into_no_pool(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    places.tenants["main"].command("collMod", "org_google", validator={"key": {"$lt": 10}})
    move(member.organization_id, "second", "collection")
    assert documents.find({}) == DOCUMENTS
    with pytest.raises(WriteError):
        documents.insert_one({"key": 10})
    with pytest.raises(MoveRefused, match="validated"):
        move(member.organization_id, "second", "pooled")
    places.check_nothing_is_left()


def test_full_cluster_takes_no_organization(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    clusters.register("second", 4)  # and the pool has 3
    with pytest.raises(CapacityExhausted):
        move(member.organization_id, "second", "collection")
    places.check_nothing_is_left()
    assert documents.find({}) == DOCUMENTS


def test_what_a_pool_cannot_hold_stays_where_it_is(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    empty = len(bson.encode({"_id": "large", "x": b""}))
    documents.insert_one({"_id": "large", "x": b"x" * (MAX_BSON_SIZE - empty)})
    with pytest.raises(MoveImpossible):
        move(member.organization_id, "second", "pooled")
    places.check_nothing_is_left()
    move(member.organization_id, "second", "collection")
    assert documents.count_documents({"_id": "large"}) == 1


def test_pool_without_room_for_the_indexes_is_left_again(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    pool = places.tenants["second"]["pool_1"]
    pool.create_indexes([IndexModel([(f"field_{number}", 1)]) for number in range(61)])
    with pytest.raises(TooManyIndexes):
        move(member.organization_id, "second", "pooled")
    pool.drop_indexes()
    pools.create("second", "pool_1")
    places.check_nothing_is_left()
    assert documents.find({}) == DOCUMENTS
