"""No cluster is filled past its limit, whoever wants to be on it at the same time."""

import io
from functools import partial

import pytest
from pymongo.database import Database

from tenantry import clusters, lifecycle
from tenantry.errors import CapacityExhausted
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document

AT_ONCE = 8


def namespaces() -> dict[str, int]:
    return {one["_id"]: one["namespaces"] for one in clusters.find_all()}


def test_the_masters_cluster_is_registered_with_the_first_organization(databases: Databases) -> None:
    library.create("Google")
    (cluster,) = clusters.find_all()
    assert (cluster["_id"], cluster["limit"], cluster["namespaces"]) == ("main", clusters.DEFAULT_LIMIT, 2)


def test_registering_again_changes_what_is_named(databases: Databases) -> None:
    for limit in (10, None, 20, None):
        clusters.register("second", limit)
    assert {one["_id"]: one["limit"] for one in clusters.find_all()} == {
        "main": clusters.DEFAULT_LIMIT,
        "second": 20,
    }


@pytest.mark.parametrize("room", [1, 5])
def test_of_many_creations_at_once_as_many_succeed_as_there_is_room_for(
    room: int, databases: Databases, log: io.StringIO
) -> None:
    clusters.register("main", limit=2 * room + 1)
    results = at_once([partial(library.create, f"Org {number}") for number in range(AT_ONCE)])
    refused = [one for one in results if isinstance(one, CapacityExhausted)]
    assert len(refused) == AT_ONCE - room, results
    assert len(databases.collections()) == room
    assert namespaces() == {"main": 2 * room}
    assert "No cluster has room" in log.getvalue()
    databases.check_invariants()


def test_clusters_are_filled_one_after_the_other(second: Database[Document], databases: Databases) -> None:
    clusters.register("main", limit=6)
    clusters.register("second", limit=10)
    results = at_once([partial(library.create, f"Org {number}") for number in range(AT_ONCE)])
    assert not [one for one in results if isinstance(one, Exception)]
    assert (len(databases.collections()), len(second.list_collection_names())) == (3, 5)
    assert namespaces() == {"main": 6, "second": 10}
    with pytest.raises(CapacityExhausted):
        library.create("One more")


def test_place_of_a_deleted_organization_is_free_again(databases: Databases) -> None:
    clusters.register("main", limit=2)
    lifecycle.delete(library.create("Google"))
    assert namespaces() == {"main": 0}
    library.create("Amazon")
    with pytest.raises(CapacityExhausted):
        library.create("Apple")
