"""Renames that meet, each other or a deletion: one wins, and each organization keeps its data."""

import itertools
from functools import partial

import pytest

from tenantry.errors import InvalidToken
from tenantry.lifecycle import deleting
from tenantry.lifecycle.intents.settling import settle
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.concurrency import at_once, requests_at_once, types_of
from tests.support.databases import Databases
from tests.support.intents import intend_rename
from tests.support.owners import sign_up
from tests.support.service import Service

ROUNDS = range(4)


def test_parallel_renames_through_the_api_leave_one_collection(
    service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Google")
    identity = databases.collections()["org_google"]
    requests = [
        {"method": "PATCH", "path": owner.path, "token": owner.token, "json_body": {"name": f"Name {number}"}}
        for number in range(4)
    ]
    answers = requests_at_once("update_organization", requests)
    assert [answer.status for answer in answers] == [200] * 4
    final = databases.organization(owner.id)
    assert databases.collections() == {final["collection"]: identity}
    assert final["version"] == 1 + 2 * 4
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_parallel_renames_of_one_organization(databases: Databases, _: int) -> None:
    member = library.create("Google")
    identity = databases.collections()["org_google"]
    databases.tenants["org_google"].insert_many({"_id": number} for number in range(10))
    results = at_once([partial(library.rename, member, f"Name {number}") for number in range(6)])
    assert types_of(results) == {"dict": 6}
    assert len({result["version"] for result in results}) == 6
    final = databases.organization(member.organization["_id"])
    assert final == max(results, key=lambda result: result["version"])
    assert databases.collections() == {final["collection"]: identity}
    assert databases.tenants[final["collection"]].count_documents({}) == 10
    databases.check_invariants()


def test_renames_back_and_forth_never_part_an_organization_from_its_collection(databases: Databases) -> None:
    member = library.create("One")
    identity = databases.collections()["org_one"]
    databases.tenants["org_one"].insert_one({"_id": "kept"})

    def rename(names: tuple[str, ...]) -> None:
        for name in itertools.islice(itertools.cycle(names), 20):
            library.rename(member, name)

    results = at_once(
        [partial(rename, names) for names in (("One", "Two"), ("Two", "One"), ("Two", "Three"))]
    )
    assert [result for result in results if result is not None] == []
    final = databases.organization(member.organization["_id"])
    assert databases.collections() == {final["collection"]: identity}
    assert TenantCollection(final["_id"]).find({}) == [{"_id": "kept"}]
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_two_organizations_that_swap_names_keep_their_data(databases: Databases, _: int) -> None:
    members = [library.create(name) for name in ("Alpha", "Beta")]
    identities = {}
    for member in members:
        name = member.organization["collection"]
        databases.tenants[name].insert_one({"_id": member.organization["_id"]})
        identities[member.organization["_id"]] = databases.collections()[name]
    alpha, beta = members
    results = at_once([partial(library.rename, alpha, "Beta"), partial(library.rename, beta, "Alpha")])
    assert types_of(results) == {"OrganizationExists": 2}
    for member in members:
        now = databases.organization(member.organization["_id"])
        assert databases.collections()[now["collection"]] == identities[now["_id"]]
        assert list(databases.tenants[now["collection"]].find()) == [{"_id": now["_id"]}]
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_organizations_that_want_one_name(databases: Databases, _: int) -> None:
    members = [library.create(f"Name {number}") for number in range(4)]
    results = at_once([partial(library.rename, member, "Wanted") for member in members])
    assert types_of(results) == {"dict": 1, "OrganizationExists": 3}
    assert "org_wanted" in databases.collections()
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_rename_against_deletion(databases: Databases, _: int) -> None:
    member = library.create("Google")
    results = at_once([partial(library.rename, member, "Alphabet"), partial(deleting.delete, member)])
    assert results[1] is None
    assert isinstance(results[0], dict | InvalidToken)
    assert databases.collections() == {}
    databases.check_invariants()


def test_many_settle_one_rename(databases: Databases) -> None:
    member = library.create("Google")
    identity = databases.collections()["org_google"]
    intended = intend_rename(member.organization["_id"], "Beta")
    results = at_once([partial(settle, intended)] * 8)
    assert all(result == results[0] for result in results)
    assert databases.organization(member.organization["_id"]) == results[0]
    assert databases.collections() == {"org_beta": identity}
    databases.check_invariants()
