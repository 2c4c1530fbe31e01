"""Switching a session to another organization of its account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tenantry.identity.logins import refreshing
from tenantry.identity.owners import ExistingAccount
from tenantry.lifecycle import creating, suspending
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tests.integration.identity.own_sessions import another_session, listed
from tests.support import library
from tests.support.databases import Databases, failing
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.service import Answer, Service


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""
    present = moments.now
    return lambda passed: monkeypatch.setattr(moments, "now", lambda: present() + passed)


@pytest.fixture
def beta(owner: Owner) -> dict[str, Any]:
    """A second organization of the owner of Alpha."""
    return create(owner, "Beta")


def create(owner: Owner, name: str) -> dict[str, Any]:
    created = owner.service.post("/organizations", {"name": name}, token=owner.token)
    assert created.status == 201
    return dict(created.json["organization"])


def switch(service: Service, token: str, organization: str) -> Answer:
    return service.post("/login/switch", {"refresh_token": token, "organization": organization})


def refresh(service: Service, token: str) -> Answer:
    return service.post("/login/refresh", {"refresh_token": token})


def records(databases: Databases, action: str = "session.switched") -> list[dict[str, Any]]:
    return list(databases.master["audit"].find({"action": action}).sort("_id", 1))


def reads(service: Service, token: str, organization: str) -> int:
    return service.get(f"/organizations/{organization}", token=token).status


@pytest.mark.parametrize("named_by", ["id", "slug"])
def test_session_moves_and_leaves_nothing_behind(
    service: Service, owner: Owner, beta: dict[str, Any], databases: Databases, named_by: str
) -> None:
    session_id, given = another_session(owner)
    answer = switch(service, given["refresh_token"], beta[named_by])
    assert answer.status == 200, answer.text
    assert answer.json["organization"] == beta
    assert answer.json.keys() == given.keys() - {"device_token"}
    assert reads(service, answer.json["access_token"], beta["id"]) == 200
    assert reads(service, answer.json["access_token"], owner.id) == 404
    assert service.get("/account", token=given["access_token"]).code == "invalid-token"
    shown = {each["id"]: each["organization"]["id"] for each in listed(service, owner.token)}
    assert shown[session_id] == beta["id"]
    refreshed = refresh(service, answer.json["refresh_token"])
    assert refreshed.json["organization"]["id"] == beta["id"]
    assert reads(service, owner.token, owner.id) == 200, "of another session"


def test_switch_is_recorded_in_both_organizations_and_tells_neither_the_other(
    service: Service, owner: Owner, beta: dict[str, Any], databases: Databases
) -> None:
    session_id, given = another_session(owner)
    switched = switch(service, given["refresh_token"], beta["id"]).json
    by_organization = {record["organization_ids"][0]: record for record in records(databases)}
    assert by_organization.keys() == {owner.id, beta["id"]}
    for organization_id, direction in ((owner.id, "out"), (beta["id"], "in")):
        record = by_organization[organization_id]
        account_id = record["actor"]["id"]
        assert record["organization_ids"] == [organization_id]
        assert record["details"] == {
            "session_id": session_id,
            "account_id": account_id,
            "direction": direction,
        }
    for token, organization_id, other in (
        (owner.token, owner.id, beta["id"]),
        (switched["access_token"], beta["id"], owner.id),
    ):
        page = service.get(f"/organizations/{organization_id}/audit?limit=1", token=token)
        assert page.json["records"][0]["action"] == "session.switched"
        assert other not in page.text


def test_switch_to_the_present_organization_is_a_refresh(
    service: Service, owner: Owner, databases: Databases
) -> None:
    given = another_session(owner)[1]
    answer = switch(service, given["refresh_token"], owner.slug)
    assert answer.json["organization"]["id"] == owner.id
    assert answer.json["refresh_token"] != given["refresh_token"]
    assert reads(service, given["access_token"], owner.id) == 200
    assert records(databases) == []


def test_login_counts_as_recent_in_the_next_organization_no_longer_than_in_the_first(
    service: Service, owner: Owner, beta: dict[str, Any], databases: Databases
) -> None:
    session_id, given = another_session(owner)
    long_ago = moments.now() - timedelta(minutes=12)
    databases.master["sessions"].update_one({"_id": session_id}, {"$set": {"authenticated_at": long_ago}})
    token = switch(service, given["refresh_token"], beta["id"]).json["access_token"]
    refused = service.delete(f"/organizations/{beta['id']}", token=token)
    assert (refused.status, refused.code) == (401, "login-too-old")


def test_session_of_no_organization_moves_into_the_first(service: Service, owner: Owner) -> None:
    assert service.delete(owner.path, token=owner.token).status == 204
    given = tokens(service, owner.email)
    created = service.post("/organizations", {"name": "Next"}, token=given["access_token"])
    answer = switch(service, given["refresh_token"], "next")
    assert answer.json["organization"]["id"] == created.json["organization"]["id"]


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
    before = databases.dump()
    names = (
        *(stranger.id, stranger.slug, deleted["id"], deleted["slug"], deleting, "nobody"),
        *("", "$ne", "a\u202eb", "x" * 100),
    )
    answers = {str(switch(service, given["refresh_token"], name).apart_from_request_id) for name in names}
    assert len(answers) == 1
    assert switch(service, given["refresh_token"], "nobody").code == "organization-not-found"
    assert databases.dump() == before
    assert reads(service, given["access_token"], owner.id) == 200
    assert refresh(service, given["refresh_token"]).status == 200


def test_suspended_organization_is_refused_and_uses_nothing_up(
    service: Service, owner: Owner, beta: dict[str, Any], databases: Databases
) -> None:
    given = another_session(owner)[1]
    suspending.suspend(beta["id"])
    before = databases.dump()
    refused = switch(service, given["refresh_token"], beta["id"])
    assert (refused.status, refused.code) == (403, "organization-suspended")
    assert databases.dump() == before
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
    before = databases.dump()
    for organization in (beta["id"], "nobody"):
        assert switch(service, given["refresh_token"], organization).code == "email-not-verified"
    assert databases.dump() == before


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


def test_answer_that_got_lost_is_given_again_for_the_same_organization(
    service: Service, owner: Owner, beta: dict[str, Any], later: Callable[[timedelta], None]
) -> None:
    given = another_session(owner)[1]
    first = switch(service, given["refresh_token"], beta["id"])
    later(refreshing.OVERLAP - timedelta(seconds=5))
    again = switch(service, given["refresh_token"], beta["slug"])
    assert again.json["refresh_token"] == first.json["refresh_token"]
    assert again.json["organization"] == beta
    by_refresh = refresh(service, given["refresh_token"])
    assert by_refresh.json["refresh_token"] == first.json["refresh_token"]
    assert by_refresh.json["organization"] == beta


def test_replaced_token_moves_no_session(
    service: Service, owner: Owner, beta: dict[str, Any], databases: Databases
) -> None:
    """Neither back, nor on, be it replaced by a switch or by a refresh; the refusal uses nothing up."""
    gamma = create(owner, "Gamma")
    given = another_session(owner)[1]
    following = switch(service, given["refresh_token"], beta["id"]).json
    before = databases.dump()
    for organization in (owner.id, gamma["id"]):
        refused = switch(service, given["refresh_token"], organization)
        assert (refused.status, refused.code) == (409, "refresh-token-replaced")
    assert switch(service, given["refresh_token"], "nobody").code == "organization-not-found"
    assert databases.dump() == before
    assert reads(service, following["access_token"], beta["id"]) == 200
    current = refresh(service, given["refresh_token"]).json["refresh_token"]
    assert current == following["refresh_token"]
    assert switch(service, current, gamma["id"]).json["organization"] == gamma
    refreshed = another_session(owner)[1]
    refresh(service, refreshed["refresh_token"])
    assert switch(service, refreshed["refresh_token"], beta["id"]).code == "refresh-token-replaced"


@pytest.mark.usefixtures("beta")
@pytest.mark.parametrize("organization", ["alpha", "beta", "nobody"])
def test_token_that_is_used_again_too_late_ends_the_session_whatever_it_asks_for(
    owner: Owner, databases: Databases, later: Callable[[timedelta], None], organization: str
) -> None:
    service = owner.service
    given = another_session(owner)[1]
    following = switch(service, given["refresh_token"], "beta").json
    later(refreshing.OVERLAP + timedelta(seconds=1))
    refused = switch(service, given["refresh_token"], organization)
    assert (refused.status, refused.code) == (401, "invalid-refresh-token")
    assert refresh(service, following["refresh_token"]).code == "invalid-refresh-token"
    (record,) = records(databases, "session.reused")
    assert record["organization_ids"] == [following["organization"]["id"]]


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


@pytest.mark.parametrize("collection", ["audit", "outbox"])
def test_switch_that_cannot_be_recorded_does_not_happen(
    service: Service, owner: Owner, beta: dict[str, Any], databases: Databases, collection: str
) -> None:
    given = another_session(owner)[1]
    before = list(databases.master["sessions"].find())
    namespace = f"{databases.master.name}.{collection}"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        assert switch(service, given["refresh_token"], beta["id"]).status == 503
    assert list(databases.master["sessions"].find()) == before
    assert switch(service, given["refresh_token"], beta["id"]).status == 200
