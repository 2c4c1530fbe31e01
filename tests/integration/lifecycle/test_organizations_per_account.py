"""An account owns as many organizations as it may, however many it asks for at once."""

import io
import json
from collections.abc import Iterator
from functools import partial

import pytest

from tenantry.errors import LimitReached
from tenantry.identity.members import Membership
from tenantry.runtime.settings import settings
from tests.integration import kinds
from tests.integration.audit.records import of_operator
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up

pytestmark = pytest.mark.usefixtures("three_each", "consistent_in_the_end")


@pytest.fixture
def three_each(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ORGANIZATIONS_PER_ACCOUNT", "3")
    settings.cache_clear()
    yield
    settings.cache_clear()


def create(owner: Owner, name: str) -> tuple[int, str]:
    answer = owner.service.post("/organizations", {"name": name}, token=owner.token)
    return answer.status, answer.code


def test_account_owns_no_more_than_it_may(owner: Owner, databases: Databases) -> None:
    assert [create(owner, name) for name in ("Beta", "Gamma")] == [(201, ""), (201, "")]
    answer = owner.service.post("/organizations", {"name": "Delta"}, token=owner.token)
    assert (answer.status, answer.code) == (403, "limit-reached")
    assert (answer.json["limit"], answer.json["use"]) == (3, 3)
    assert databases.master["organizations"].count_documents({}) == 3
    assert owner.service.delete("/organizations/alpha", token=owner.token).status == 204
    owner = Owner(owner.service, owner.email, {}, log_in(owner.service, owner.email, "beta"))
    assert create(owner, "Delta") == (201, "")
    assert create(owner, "Epsilon") == (403, "limit-reached")
    sign_up(owner.service, "Another Account")


def test_of_creations_at_once_as_many_succeed_as_there_is_room_for(
    member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a pool, for creations of collections wait for each other anyway."""
    kinds.place("pooled", monkeypatch)
    outcomes = at_once([partial(library.create_second, f"Beta {number}", member) for number in range(8)])
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(refusals) == 6
    assert {type(refusal) for refusal in refusals} == {LimitReached}


def test_most_generous_of_its_organizations_says_how_many_an_account_owns(
    owner: Owner, databases: Databases
) -> None:
    plans = databases.master["plans"]
    plans.insert_one({"_id": "default", "limits": {"organizations_per_account": 1}})
    assert create(owner, "Beta") == (403, "limit-reached")
    plans.insert_one({"_id": "pro", "limits": {"organizations_per_account": 2}})
    databases.master["organizations"].update_one({"_id": owner.id}, {"$set": {"plan": "pro"}})
    assert [create(owner, name)[0] for name in ("Beta", "Gamma")] == [201, 403]
    beta = databases.master["organizations"].find_one({"slug": "beta"}) or {}
    library.limit(beta["_id"], organizations_per_account=4)
    assert [create(owner, name)[0] for name in ("Gamma", "Delta", "Epsilon")] == [201, 201, 403]
    databases.master["organizations"].update_many({}, {"$unset": {"limits": "", "plan": ""}})
    answer = owner.service.post("/organizations", {"name": "Epsilon"}, token=owner.token)
    details = {"name": "organizations_per_account", "limit": 1, "use": 4}
    assert {name: answer.json[name] for name in details} == details


def test_what_the_operator_creates_counts(owner: Owner) -> None:
    body = {"name": "Beta", "email": "beta@example.com", "password": PASSWORD}
    assert of_operator(owner.service, "POST", "/operator/organizations", body).status == 201
    beta = Owner(owner.service, "beta@example.com", {}, log_in(owner.service, "beta@example.com"))
    statuses = [create(beta, name)[0] for name in ("Gamma", "Delta", "Epsilon")]
    assert statuses == [201, 201, 403]


def test_key_of_a_creation_that_was_refused_can_be_used_again(owner: Owner, log: io.StringIO) -> None:
    for name in ("Beta", "Gamma"):
        create(owner, name)
    send = partial(
        owner.service.post,
        "/organizations",
        {"name": "Delta"},
        token=owner.token,
        headers={"Idempotency-Key": "once"},
    )
    assert send().code == "limit-reached"
    assert owner.service.delete("/organizations/beta", token=log_in(owner.service, owner.email, "beta"))
    assert send().status == 201
    assert [line for line in log.getvalue().splitlines() if json.loads(line)["level"] == "ERROR"] == []
