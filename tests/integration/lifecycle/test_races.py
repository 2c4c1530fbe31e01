"""Requests that meet at the same moment: one wins, the others get a definite answer, and nothing is torn."""

import itertools
from collections import Counter
from functools import partial
from typing import Any

import pytest

from tenantry.errors import InvalidToken, OrganizationExists
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.intents.settling import settle
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.concurrency import at_once, requests_at_once
from tests.support.databases import Databases
from tests.support.intents import intend_deletion, intend_rename
from tests.support.owners import PASSWORD, sign_up
from tests.support.service import Service

PARALLEL = 12
ROUNDS = range(4)


def kinds(results: list[Any]) -> Counter[str]:
    """Count results by what they are."""
    return Counter(type(result).__name__ for result in results)


def test_parallel_creations_of_one_name_give_one_organization(service: Service, databases: Databases) -> None:
    body = {"name": "Google", "password": PASSWORD}
    requests = [
        {"method": "POST", "path": "/organizations", "json_body": body | {"email": f"{number}@example.com"}}
        for number in range(PARALLEL)
    ]
    answers = requests_at_once("create_organization", requests)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: PARALLEL - 1}
    assert {answer.code for answer in answers if answer.status == 409} == {"organization-exists"}
    assert list(databases.collections()) == ["org_google"]
    assert databases.master["accounts"].count_documents({}) == 1
    databases.check_invariants()


def test_parallel_sign_ups_with_one_address_give_one_account(service: Service, databases: Databases) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD}
    requests = [
        {"method": "POST", "path": "/organizations", "json_body": body | {"name": f"Google {number}"}}
        for number in range(PARALLEL)
    ]
    answers = requests_at_once("create_organization", requests)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: PARALLEL - 1}
    assert {answer.code for answer in answers if answer.status == 409} == {"email-taken"}
    assert len(databases.collections()) == 1
    databases.check_invariants()


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


def test_parallel_changes_with_one_etag_let_one_through(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    requests = [
        {
            "method": "PATCH",
            "path": owner.path,
            "token": owner.token,
            "json_body": {"name": f"Name {number}"},
            "headers": {"If-Match": '"1"'},
        }
        for number in range(4)
    ]
    answers = requests_at_once("update_organization", requests)
    assert Counter(answer.status for answer in answers) == {200: 1, 412: 3}
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_parallel_renames_of_one_organization(databases: Databases, _: int) -> None:
    member = library.create("Google")
    identity = databases.collections()["org_google"]
    databases.tenants["org_google"].insert_many({"_id": number} for number in range(10))
    results = at_once([partial(library.rename, member, f"Name {number}") for number in range(6)])
    assert kinds(results) == {"dict": 6}
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
    assert kinds(results) == {"OrganizationExists": 2}
    for member in members:
        now = databases.organization(member.organization["_id"])
        assert databases.collections()[now["collection"]] == identities[now["_id"]]
        assert list(databases.tenants[now["collection"]].find()) == [{"_id": now["_id"]}]
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_organizations_that_want_one_name(databases: Databases, _: int) -> None:
    members = [library.create(f"Name {number}") for number in range(4)]
    results = at_once([partial(library.rename, member, "Wanted") for member in members])
    assert kinds(results) == {"dict": 1, "OrganizationExists": 3}
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


@pytest.mark.parametrize("_", ROUNDS)
def test_deletion_against_creation_of_the_same_name(databases: Databases, _: int) -> None:
    member = library.create("Google")
    databases.tenants["org_google"].insert_one({"_id": "of the first"})
    create = partial(library.create, "Google", "else@example.com")
    deleted, *created = at_once([partial(deleting.delete, member), create])
    assert deleted is None
    assert kinds(created) in ({"Membership": 1}, {"OrganizationExists": 1})
    assert len(databases.collections()) == kinds(created)["Membership"]
    assert databases.tenants["org_google"].count_documents({}) == 0
    databases.check_invariants()


def test_parallel_deletions_of_one_organization(databases: Databases) -> None:
    member = library.create("Google")
    results = at_once([partial(deleting.delete, member)] * 6)
    assert results == [None] * 6
    assert databases.collections() == {}
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_deletions_of_an_accounts_last_two_organizations_leave_it_without_one(
    databases: Databases, _: int
) -> None:
    first = library.create("Google")
    second = library.create_second("YouTube", first)
    assert at_once([partial(deleting.delete, first), partial(deleting.delete, second)]) == [None, None]
    (account,) = databases.master["accounts"].find()
    assert "without_organization_since" in account
    assert databases.master["members"].count_documents({}) == 0
    assert databases.collections() == {}
    databases.check_invariants()


@pytest.mark.parametrize("_", ROUNDS)
def test_creation_against_deletion_of_the_accounts_last_organization(databases: Databases, _: int) -> None:
    member = library.create("Google")
    create = partial(library.create_second, "YouTube", member)
    deleted, created = at_once([partial(deleting.delete, member), create])
    assert deleted is None
    assert isinstance(created, tuple)
    (account,) = databases.master["accounts"].find()
    assert "without_organization_since" not in account
    assert list(databases.collections()) == ["org_youtube"]
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


def test_many_settle_one_deletion(databases: Databases) -> None:
    member = library.create("Google")
    intended = intend_deletion(member.organization["_id"])
    assert at_once([partial(settle, intended)] * 8) == [None] * 8
    assert databases.collections() == {}
    databases.check_invariants()


def test_everything_at_once_leaves_everything_consistent(databases: Databases) -> None:
    def live(number: int) -> None:
        member: Membership | None = None
        for step in range(12):
            name = f"Name {(number * 5 + step * 3) % 4}"
            try:
                if member is None:
                    member = library.create(name, f"{number}-{step}@example.com")
                elif step % 4 == number % 4:
                    deleting.delete(member)
                    member = None
                else:
                    library.rename(member, name)
            except OrganizationExists:
                continue

    results = at_once([partial(live, number) for number in range(6)])
    assert [result for result in results if result is not None] == []
    databases.check_invariants()
    assert {organization["slug"] for organization in databases.master["organizations"].find()} <= {
        f"name-{number}" for number in range(4)
    }
