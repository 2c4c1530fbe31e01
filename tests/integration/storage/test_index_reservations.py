"""Indexes are counted against what their cluster takes, whoever dies when."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure

from tenantry.errors import CapacityExhausted, LimitReached, OrganizationNotFound
from tenantry.lifecycle import deleting
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import clusters
from tenantry.registry.organizations import index_changes
from tenantry.runtime import process
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tenantry.tenants.fence import Fence
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, failing

OF_POOL = pools.NAMESPACES


@pytest.fixture(params=["collection", "pooled"])
def documents(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> TenantCollection:
    """The documents of the organization Google."""
    clusters.register("main", 100)
    if request.param == "pooled":
        pools.create("main", "pool_0")
    monkeypatch.setenv("PLACEMENT", request.param)
    process.forget()
    return TenantCollection(library.create("Google").organization_id)


def counted(databases: Databases) -> int:
    """Return how many namespaces are counted, which must be what the organizations and pools have."""
    (cluster,) = clusters.find_all()
    organizations = databases.master["organizations"].find()
    of_organizations = sum(int(organization["namespaces"]) for organization in organizations)
    assert cluster["namespaces"] == of_organizations + OF_POOL * len(cluster["pools"])
    return of_organizations


def actual(databases: Databases) -> int:
    stats = databases.tenants.command("dbStats")
    return int(stats["collections"] + stats["indexes"] - OF_POOL * ("pool_0" in databases.collections()))


def test_indexes_are_counted(documents: TenantCollection, databases: Databases) -> None:
    before = counted(databases)
    documents.create_index([("kind", 1)])
    documents.create_index([("kind", 1)])
    documents.create_index([("kind", -1)])
    assert counted(databases) == before + 2 == actual(databases)
    documents.drop_index("kind_1")
    with pytest.raises(OperationFailure):
        documents.drop_index("kind_1")
    assert counted(databases) == before + 1 == actual(databases)
    (organization,) = databases.master["organizations"].find()
    assert "index_changes" not in organization


def test_limit_admits_as_many_indexes_as_there_is_room_for(
    documents: TenantCollection, databases: Databases
) -> None:
    (organization,) = databases.master["organizations"].find()
    before = counted(databases)
    library.limit(organization["_id"], indexes=3)
    outcomes = at_once([partial(documents.create_index, [(f"x{number}", 1)]) for number in range(8)])
    created = [outcome for outcome in outcomes if isinstance(outcome, str)]
    refusals = [outcome for outcome in outcomes if isinstance(outcome, LimitReached)]
    assert (len(created), len(refusals)) == (3, 5)
    assert all(refused.extensions == {"name": "indexes", "limit": 3, "use": 3} for refused in refusals)
    assert counted(databases) == before + 3 == actual(databases)
    library.limit(organization["_id"], indexes=1)
    assert documents.create_index([(created[0].removesuffix("_1"), 1)]) == created[0]
    with pytest.raises(LimitReached) as refusal:
        documents.create_index([(created[0].removesuffix("_1"), 1)], unique=True, name=created[0])
    assert refusal.value.extensions == {"name": "indexes", "limit": 1, "use": 3}
    for name in created[1:]:
        documents.drop_index(name)
    with pytest.raises(LimitReached):
        documents.create_index([("y", 1)])
    documents.drop_index(created[0])
    documents.create_index([("y", 1)])
    assert counted(databases) == before + 1 == actual(databases)


def test_index_that_is_refused_counts_nothing(documents: TenantCollection, databases: Databases) -> None:
    before = counted(databases)
    documents.insert_many([{"kind": 1}, {"kind": 1}])
    with pytest.raises(DuplicateKeyError):
        documents.create_index([("kind", 1)], unique=True)
    assert counted(databases) == before == actual(databases)


def test_indexes_go_with_their_organization(documents: TenantCollection, databases: Databases) -> None:
    documents.create_index([("kind", 1)])
    (organization,) = databases.master["organizations"].find()
    member = library.membership(library.accounts_of(organization["_id"])[0], organization["_id"])
    deleting.delete(member)
    assert counted(databases) == 0 == actual(databases)
    with pytest.raises(OrganizationNotFound):
        documents.create_index([("kind", 1)])


@pytest.mark.parametrize("room", [0, 3])
def test_no_more_indexes_are_created_than_there_is_room_for(room: int, databases: Databases) -> None:
    clusters.register("main", 4 + room)
    members = [library.create(name) for name in ("Google", "Amazon")]
    results = at_once(
        [
            partial(TenantCollection(member.organization_id).create_index, [(field, 1)])
            for member in members
            for field in ("a", "b", "c")
        ]
    )
    assert [isinstance(result, CapacityExhausted) for result in results].count(True) == 6 - room, results
    assert counted(databases) == 4 + room == actual(databases)


@pytest.mark.parametrize(
    ("command", "change"),
    [
        ("createIndexes", lambda documents: documents.create_index([("kind", 1)])),
        ("dropIndexes", lambda documents: documents.drop_index("there")),
    ],
)
@pytest.mark.parametrize("is_done", [False, True])
def test_indexes_are_counted_again_where_nobody_knows_the_outcome(
    command: str,
    change: Callable[[TenantCollection], Any],
    documents: TenantCollection,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_done: bool,
) -> None:
    documents.create_index([("there", 1)], name="there")
    if is_done:
        with monkeypatch.context() as patch:
            patch.setattr(index_changes, "end", lambda *_, **__: None)
            change(documents)
    else:
        with failing(databases.client, command, closeConnection=True), pytest.raises(AutoReconnect):
            change(documents)
    (organization,) = databases.master["organizations"].find()
    assert len(organization["index_changes"]) == 1
    reconcile(timedelta(minutes=1))
    (young,) = databases.master["organizations"].find()
    assert young == organization
    reconcile(timedelta())
    assert counted(databases) == actual(databases)


def test_index_whose_creation_is_repeated_counts_once(
    documents: TenantCollection, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted(databases)
    change = Fence.change

    def twice(fence: Fence, operation: Callable[[Any], Any]) -> Any:
        change(fence, operation)
        return change(fence, operation)

    monkeypatch.setattr(Fence, "change", twice)
    documents.create_index([("kind", 1)])
    assert counted(databases) == before + 1 == actual(databases)
