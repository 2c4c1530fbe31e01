"""What a session does not switch to, and which sessions do not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tenantry.identity.owners import ExistingAccount
from tenantry.lifecycle import creating, suspending
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tests.integration.identity.logins.switches import create, reads, refresh, switch
from tests.integration.identity.own_sessions import another_session
from tests.support import library
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Service


@pytest.fixture
def deleting(owner: Owner, databases: Databases) -> str:
    """An organization of the account whose deletion has begun."""
    organization = create(owner, "Gone soon")
    state = {"$set": {"state": "deleting"}}
    databases.master["organizations"].update_one({"_id": organization["id"]}, state)
    return str(organization["id"])


def test_foreign_unknown_and_deleted_organizations_are_one_404_that_uses_nothing_up(
    service: Service, owner: Owner, databases: Databases, deleting: str
) -> None:
    stranger = sign_up(service, "Foreign")
    deleted = create(owner, "Deleted")
    in_deleted = log_in(service, owner.email, deleted["id"])
    assert service.delete(f"/organizations/{deleted['id']}", token=in_deleted).status == 204
    given = another_session(owner)[1]
    before = databases.fingerprint()
    names = (
        *(stranger.id, stranger.slug, deleted["id"], deleted["slug"], deleting, "nobody"),
        *("", "$ne", "a\u202eb", "x" * 100),
    )
    answers = {str(switch(service, given["refresh_token"], name).apart_from_request_id) for name in names}
    assert len(answers) == 1
    assert switch(service, given["refresh_token"], "nobody").code == "organization-not-found"
    assert databases.fingerprint() == before
    assert reads(service, given["access_token"], owner.id) == 200
    assert refresh(service, given["refresh_token"]).status == 200


def test_suspended_organization_is_refused_and_uses_nothing_up(
    service: Service, owner: Owner, beta: dict[str, Any], databases: Databases
) -> None:
    given = another_session(owner)[1]
    suspending.suspend(beta["id"])
    before = databases.fingerprint()
    refused = switch(service, given["refresh_token"], beta["id"])
    assert (refused.status, refused.code) == (403, "organization-suspended")
    assert databases.fingerprint() == before
    assert reads(service, given["access_token"], owner.id) == 200


def test_account_that_may_not_log_in_any_more_moves_no_session_either(
    service: Service,
    owner: Owner,
    beta: dict[str, Any],
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = another_session(owner)[1]
    monkeypatch.setenv("REQUIRE_VERIFIED_EMAIL", "true")
    settings.cache_clear()
    long_ago = moments.now() - timedelta(days=2)
    databases.master["accounts"].update_one({"email": owner.email}, {"$set": {"created_at": long_ago}})
    before = databases.fingerprint()
    for organization in (beta["id"], "nobody"):
        assert switch(service, given["refresh_token"], organization).code == "email-not-verified"
    assert databases.fingerprint() == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"refresh_token": TOKEN, "organization": null}', 422),
        ('{"refresh_token": TOKEN}', 422),
        ('{"organization": "beta"}', 422),
        ('{"refresh_token": TOKEN, "organization": {"$ne": ""}}', 422),
        ('{"refresh_token": TOKEN, "organization": "\\ud800"}', 400),
        ('{"refresh_token": "' + "x" * 10_000 + '", "organization": "beta"}', 422),
        ('{"refresh_token": "x", "organization": "beta"}', 401),
        ('{"refresh_token": TOKEN, "organization": "' + "x" * 101 + '"}', 422),
        ("null", 400),
    ],
)
def test_what_is_no_switch_is_refused_and_uses_nothing_up(
    service: Service, owner: Owner, beta: dict[str, Any], body: str, status: int
) -> None:
    given = another_session(owner)[1]
    text = body.replace("TOKEN", f'"{given["refresh_token"]}"')
    assert service.request("POST", "/login/switch", body=text).status == status
    assert switch(service, given["refresh_token"], beta["id"]).status == 200


def delete_organization(owner: Owner) -> None:
    assert owner.service.delete(owner.path, token=owner.token).status == 204


def change_password(owner: Owner) -> None:
    body = {"current_password": PASSWORD, "new_password": "another horse battery staple"}
    assert owner.service.put("/account/password", body, token=owner.token).status == 204


def suspend(owner: Owner) -> None:
    suspending.suspend(owner.id)


def log_out_everywhere(owner: Owner) -> None:
    assert owner.service.post("/logout/everywhere", token=owner.token).status == 204


@pytest.mark.parametrize("event", [delete_organization, change_password, suspend, log_out_everywhere])
def test_session_that_is_over_does_not_move(
    service: Service, owner: Owner, beta: dict[str, Any], event: Callable[[Owner], None]
) -> None:
    """Not even to an organization that is open to its account, and the answer tells of none."""
    given = another_session(owner)[1]
    event(owner)
    for organization in (beta["id"], "nobody", owner.id):
        refused = switch(service, given["refresh_token"], organization)
        assert (refused.status, refused.code) == (401, "invalid-refresh-token")


def test_member_id_of_another_account_is_never_taken(
    service: Service, owner: Owner, databases: Databases
) -> None:
    """Two accounts in organizations of like names."""
    stranger = sign_up(service, "Beta")
    account = databases.master["accounts"].find_one({"email": stranger.email})
    assert account is not None
    creating.create(library.wanted("Beta 2"), ExistingAccount(account["_id"]))
    given = another_session(owner)[1]
    for organization in ("beta", "beta-2"):
        assert switch(service, given["refresh_token"], organization).code == "organization-not-found"
