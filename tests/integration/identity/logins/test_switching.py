"""Switching a session to another organization of its account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tenantry.identity.logins import refreshing
from tenantry.runtime import moments
from tests.integration.identity.logins.switches import create, reads, refresh, switch
from tests.integration.identity.own_sessions import another_session, listed
from tests.support.databases import Databases, failing
from tests.support.owners import Owner, tokens
from tests.support.service import Service


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""
    present = moments.now
    return lambda passed: monkeypatch.setattr(moments, "now", lambda: present() + passed)


def records(databases: Databases, action: str = "session.switched") -> list[dict[str, Any]]:
    return list(databases.master["audit"].find({"action": action}).sort("_id", 1))


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
    before = databases.fingerprint()
    for organization in (owner.id, gamma["id"]):
        refused = switch(service, given["refresh_token"], organization)
        assert (refused.status, refused.code) == (409, "refresh-token-replaced")
    assert switch(service, given["refresh_token"], "nobody").code == "organization-not-found"
    assert databases.fingerprint() == before
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
