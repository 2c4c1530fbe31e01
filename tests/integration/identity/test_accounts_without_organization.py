"""Accounts that have outlived their last organization: what they may, and how they end."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tenantry.errors import InvalidToken
from tenantry.identity import unused_accounts
from tenantry.identity.members import Membership
from tenantry.identity.unused_accounts import KEPT_FOR
from tenantry.lifecycle import deleting
from tenantry.lifecycle.reconciling import reconcile
from tenantry.runtime import moments
from tenantry.storage import policy
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, email_of, log_in, sign_up, tokens
from tests.support.service import Service

CHANGED = "another horse battery staple"


@pytest.fixture
def account(service: Service) -> dict[str, Any]:
    """What the login of an account gives whose organization Alpha has been deleted."""
    owner = sign_up(service, "Alpha")
    assert service.delete(owner.path, token=owner.token).status == 204
    given = tokens(service, owner.email)
    assert given["organization"] is None
    return given


def account_of(databases: Databases, name: str = "Alpha") -> dict[str, Any]:
    (account,) = databases.master["accounts"].find({"email": email_of(name)})
    return account


def test_its_token_refreshes_and_logs_out(service: Service, account: dict[str, Any]) -> None:
    refreshed = service.post("/login/refresh", {"refresh_token": account["refresh_token"]})
    assert (refreshed.status, refreshed.json["organization"]) == (200, None)
    token = refreshed.json["access_token"]
    assert service.post("/logout", {"refresh_token": refreshed.json["refresh_token"]}).status == 204
    for dead in (token, account["access_token"]):
        assert service.post("/organizations", {"name": "Beta"}, token=dead).status == 401


def test_it_logs_out_everywhere(service: Service, account: dict[str, Any]) -> None:
    earlier = log_in(service, email_of("Alpha"))
    assert service.post("/logout/everywhere", token=account["access_token"]).status == 204
    for dead in (earlier, account["access_token"]):
        assert service.post("/organizations", {"name": "Beta"}, token=dead).status == 401
    assert service.post("/login/refresh", {"refresh_token": account["refresh_token"]}).status == 401


def test_it_changes_its_password(service: Service, account: dict[str, Any]) -> None:
    body = {"current_password": PASSWORD, "new_password": CHANGED}
    assert service.put("/account/password", body, token=account["access_token"]).status == 204
    assert service.put("/account/password", body, token=account["access_token"]).status == 401
    assert log_in(service, email_of("Alpha"), password=CHANGED)


def test_its_token_stays_one_for_no_organization(service: Service, account: dict[str, Any]) -> None:
    """Whoever has it creates organizations in the account's name, and opens none."""
    created = service.post("/organizations", {"name": "Beta"}, token=account["access_token"])
    assert created.status == 201
    for path in ("/organizations/beta", f"/organizations/{created.json['organization']['id']}"):
        assert service.get(path, token=account["access_token"]).code == "organization-not-found"
    refreshed = service.post("/login/refresh", {"refresh_token": account["refresh_token"]})
    assert refreshed.json["organization"] is None


def test_it_ends_after_30_days(service: Service, account: dict[str, Any], databases: Databases) -> None:
    stored = account_of(databases)
    library.let_time_pass(stored["_id"], KEPT_FOR - timedelta(hours=1))
    assert reconcile(timedelta()).ended == []
    library.let_time_pass(stored["_id"], timedelta(hours=1))
    assert reconcile(timedelta()).ended == [stored["_id"]]
    assert reconcile(timedelta()).ended == []
    assert service.post("/organizations", {"name": "Beta"}, token=account["access_token"]).status == 401
    assert service.post("/login/refresh", {"refresh_token": account["refresh_token"]}).status == 401
    assert service.post("/login", {"email": email_of("Alpha"), "password": PASSWORD}).status == 401
    (record,) = databases.master["audit"].find({"action": "account.ended"})
    assert record["details"] == {"account_id": stored["_id"]}
    assert record["actor"]["type"] == "system"
    successor = sign_up(service, "Beta", email=email_of("Alpha"))
    assert account_of(databases)["_id"] != stored["_id"]
    assert service.get(successor.path, token=account["access_token"]).status == 401
    databases.check_invariants()


def test_it_stays_once_it_has_an_organization_again(
    service: Service, account: dict[str, Any], databases: Databases
) -> None:
    library.let_time_pass(account_of(databases)["_id"], KEPT_FOR)
    assert service.post("/organizations", {"name": "Beta"}, token=account["access_token"]).status == 201
    assert reconcile(timedelta()).ended == []
    databases.check_invariants()


@pytest.mark.parametrize("_", range(10))
def test_of_its_end_and_its_next_organization_exactly_one_wins(databases: Databases, _: int) -> None:
    member = library.create("Google")
    deleting.delete(member)
    library.let_time_pass(member.account_id, KEPT_FOR)
    create = partial(library.create_second, "YouTube", member)
    ended, created = at_once([lambda: list(unused_accounts.end_all()), create])
    assert isinstance(created, Membership | InvalidToken)
    survives = isinstance(created, Membership)
    assert ended == ([] if survives else [member.account_id])
    assert databases.master["accounts"].count_documents({}) == survives
    assert list(databases.collections()) == ["org_youtube"] * survives
    databases.check_invariants()


def test_creation_that_begins_before_its_end_and_commits_after(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is found, then it ends, then the creation writes."""
    member = library.create("Google")
    deleting.delete(member)
    library.let_time_pass(member.account_id, KEPT_FOR)

    def end() -> None:
        assert list(unused_accounts.end_all()) == [member.account_id]

    once_before(monkeypatch, policy, "choose_cluster", end)
    with pytest.raises(InvalidToken):
        library.create_second("YouTube", member)
    assert databases.collections() == {}
    databases.check_invariants()


def test_owner_of_several_is_without_one_when_the_last_is_gone(databases: Databases) -> None:
    first = library.create("Google")
    second = library.create_second("YouTube", first)
    deleting.delete(first)
    assert "without_organization_since" not in account_of(databases, "Google")
    deleting.delete(second)
    assert account_of(databases, "Google")["without_organization_since"] <= moments.now()
