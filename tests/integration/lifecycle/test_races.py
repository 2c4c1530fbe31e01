"""Requests that meet at the same moment: one wins, the others get a definite answer, and nothing is torn."""

from collections import Counter
from functools import partial

import pytest

from tenantry.errors import OrganizationExists
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.intents.settling import settle
from tests.support import library
from tests.support.concurrency import at_once, requests_at_once, types_of
from tests.support.databases import Databases
from tests.support.intents import intend_deletion
from tests.support.owners import PASSWORD, sign_up
from tests.support.service import Service

PARALLEL = 12
ROUNDS = range(4)


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
def test_deletion_against_creation_of_the_same_name(databases: Databases, _: int) -> None:
    member = library.create("Google")
    databases.tenants["org_google"].insert_one({"_id": "of the first"})
    create = partial(library.create, "Google", "else@example.com")
    deleted, *created = at_once([partial(deleting.delete, member), create])
    assert deleted is None
    assert types_of(created) in ({"Membership": 1}, {"OrganizationExists": 1})
    assert len(databases.collections()) == types_of(created)["Membership"]
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
