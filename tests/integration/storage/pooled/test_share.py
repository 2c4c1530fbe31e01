"""A share of a pool: what comes after its organization's end goes as well, and neighbours lose nothing."""

import pytest
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from tenantry.errors import CapacityExhausted, ServiceUnavailable
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.runtime import mongodb, process
from tenantry.storage.collections import CollectionElsewhere
from tenantry.storage.pooled.share import PoolShare
from tests.support import library
from tests.support.databases import Databases

PLACE = Place("main", "pooled", "pool_0")
NEIGHBOUR = "org_0"
BY_KIND = IndexModel("kind")
UNKNOWN = OperationFailure("Nobody knows whether the index is created")


class Refused(Exception):
    """What a check raises."""


def allow() -> None:
    """Raise nothing."""


def refuse() -> None:
    raise Refused


@pytest.fixture
def google(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Membership:
    """Owner of the organization Google, in a pool with a neighbour."""
    clusters.register("main")
    for _ in range(2):
        PoolShare(PLACE, NEIGHBOUR).prepare(refuse)
    fill(PoolShare(PLACE, NEIGHBOUR))
    monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()
    return library.create("Google")


@pytest.fixture
def share(google: Membership) -> PoolShare:
    return PoolShare(PLACE, google.organization_id)


def fill(share: PoolShare) -> None:
    """Give an organization three documents and an index."""
    share.documents.insert_many([{"_id": number, "kind": "note"} for number in range(3)])
    share.indexes.create(BY_KIND)


def extent(share: PoolShare) -> tuple[int, int]:
    """Return how many documents and indexes an organization has."""
    return share.documents.count_documents({}), share.count_namespaces()


@pytest.mark.parametrize("error", [None, UNKNOWN], ids=["done", "unknown"])
def test_index_that_comes_after_its_organization_is_erased_goes_at_once(
    error: Exception | None, google: Membership, share: PoolShare
) -> None:
    def create_late() -> None:
        with share.changing_indexes(refuse) as indexes:
            deleting.delete(google)
            indexes.create(BY_KIND)
            if error is not None:
                raise error

    with pytest.raises(CollectionElsewhere):
        create_late()
    assert extent(share) == (0, 0)
    assert extent(PoolShare(PLACE, NEIGHBOUR)) == (3, 1)


def test_indexes_are_changed_where_the_organization_is(share: PoolShare, databases: Databases) -> None:
    with share.changing_indexes(refuse) as indexes:
        indexes.create(BY_KIND)
    with pytest.raises(OperationFailure) as raised, share.changing_indexes(refuse):
        raise UNKNOWN
    assert raised.value is UNKNOWN
    moved = {"$set": {"pool": "pool_1"}}
    with pytest.raises(CollectionElsewhere), share.changing_indexes(refuse):
        databases.master["organizations"].update_one({}, moved)
    assert extent(share) == (0, 1)


def test_share_is_removed_part_by_part_and_nothing_of_its_neighbours(share: PoolShare) -> None:
    fill(share)
    with pytest.raises(Refused):
        share.remove(refuse, allow)
    assert extent(share) == (3, 0), "indexes go first"
    with pytest.raises(Refused):
        share.remove(allow, refuse)
    assert extent(share) == (0, 0), "a part is removed for good"
    share.remove(refuse, refuse)
    assert extent(PoolShare(PLACE, NEIGHBOUR)) == (3, 1)


def test_share_is_not_removed_while_a_transaction_may_write_to_it(share: PoolShare) -> None:
    fill(share)

    def remove_within(session: ClientSession) -> None:
        share.documents.insert_one({"_id": "last"}, session=session)
        with pytest.raises(ServiceUnavailable):
            share.remove(allow, allow)

    mongodb.run_transaction(remove_within)
    assert extent(share) == (4, 1)


def test_share_is_part_of_a_pool_and_no_collection_of_its_own(share: PoolShare, databases: Databases) -> None:
    before = databases.fingerprint()
    mongodb.run_transaction(share.create)
    assert databases.fingerprint() == before
    assert (share.find_uuid(), share.options(), share.is_created_apart) == (None, {}, False)


def test_pool_is_prepared_only_where_there_is_room(share: PoolShare, databases: Databases) -> None:
    clusters.register("main", 3)
    with pytest.raises(CapacityExhausted):
        PoolShare(PLACE._replace(collection="pool_1"), NEIGHBOUR).prepare(allow)
    assert list(databases.collections()) == ["pool_0"]
