"""Somebody with a stolen access token, and what its owner keeps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.service import Answer, Service

CHALLENGE = (
    'Bearer realm="tenantry", error="insufficient_user_authentication", '
    'error_description="A more recent login is required", max_age="600"'
)


def age_sessions(databases: Databases, age: timedelta) -> None:
    """Make all logins older."""
    earlier = {"$subtract": ["$authenticated_at", round(age / timedelta(milliseconds=1))]}
    databases.master["sessions"].update_many({}, [{"$set": {"authenticated_at": earlier}}])


def assert_too_old(answer: Answer) -> None:
    assert (answer.status, answer.code) == (401, "login-too-old")
    assert answer.headers["www-authenticate"] == CHALLENGE


@pytest.mark.parametrize("refreshes", [1, 3])
def test_refreshed_token_of_an_old_login_deletes_nothing(
    service: Service, databases: Databases, refreshes: int
) -> None:
    owner = sign_up(service, "Alpha")
    session = tokens(service, owner.email)
    age_sessions(databases, timedelta(minutes=11))
    for _ in range(refreshes):
        answer = service.post("/login/refresh", {"refresh_token": session["refresh_token"]})
        assert answer.status == 200
        session = answer.json
    before = databases.fingerprint()
    assert_too_old(service.delete(owner.path, token=session["access_token"]))
    assert databases.fingerprint() == before
    assert service.get(owner.path, token=session["access_token"]).status == 200
    again = log_in(service, owner.email)
    assert service.delete(owner.path, token=again).status == 204


def test_refreshed_token_of_a_recent_login_deletes(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Alpha")
    session = tokens(service, owner.email)
    age_sessions(databases, timedelta(minutes=9))
    refreshed = service.post("/login/refresh", {"refresh_token": session["refresh_token"]}).json
    assert service.delete(owner.path, token=refreshed["access_token"]).status == 204


def test_age_of_a_login_tells_nothing_about_others_organizations(
    owner: Owner, service: Service, databases: Databases
) -> None:
    caller = sign_up(service, "Beta")
    session = tokens(service, caller.email)
    age_sessions(databases, timedelta(days=1))
    stale = service.post("/login/refresh", {"refresh_token": session["refresh_token"]}).json["access_token"]
    answers = [service.delete(path, token=stale) for path in (owner.path, "/organizations/nothing")]
    assert {answer.status for answer in answers} == {404}
    assert answers[0].apart_from_request_id == answers[1].apart_from_request_id


def stale_token(service: Service, databases: Databases, owner: Owner) -> str:
    """A token that was refreshed a moment ago, long after its login."""
    session = tokens(service, owner.email)
    age_sessions(databases, timedelta(days=1))
    answer = service.post("/login/refresh", {"refresh_token": session["refresh_token"]})
    return str(answer.json["access_token"])


def try_to_take(service: Service, owner: Owner, thief: Owner, stolen: str) -> None:
    """Try all ways to the owner's name and address that a thief has, with the stolen token and without."""
    name, email = owner.organization["name"], owner.email
    taken = {"organization-exists", "email-taken"}
    for wanted in ({"name": name, "email": "mallory@example.com"}, {"name": "Mine", "email": email}):
        answer = service.post("/organizations", wanted | {"password": PASSWORD})
        assert (answer.status, answer.code in taken) == (409, True), answer.text
    assert service.post("/organizations", {"name": name}, token=thief.token).code == "organization-exists"
    assert service.patch(thief.path, {"name": name}, token=thief.token).code == "organization-exists"
    for path in (owner.path, f"/organizations/{owner.slug}"):
        assert service.get(path, token=thief.token).code == "organization-not-found"
    body = {"current_password": f"{PASSWORD}?", "new_password": f"{PASSWORD} of the thief"}
    assert service.put("/account/password", body, token=stolen).status == 401


def delete_organization(service: Service, owner: Owner, stolen: str) -> None:
    assert service.delete(owner.path, token=stolen).status == 204
    assert service.post("/organizations", {"name": owner.organization["name"]}, token=stolen).status == 401


def fail_to_delete(service: Service, owner: Owner, stolen: str) -> None:
    assert_too_old(service.delete(owner.path, token=stolen))


def rename_organization(service: Service, owner: Owner, stolen: str) -> None:
    assert service.patch(owner.path, {"name": "Elsewhere"}, token=stolen).status == 200


def rename_often(service: Service, owner: Owner, stolen: str) -> None:
    for number in range(6):
        assert service.patch(owner.path, {"name": f"Elsewhere {number}"}, token=stolen).status == 200


def rename_and_delete(service: Service, owner: Owner, stolen: str) -> None:
    rename_organization(service, owner, stolen)
    assert service.delete(owner.path, token=stolen).status == 204


@pytest.mark.parametrize(
    ("is_stale", "harm"),
    [
        (False, delete_organization),
        (False, rename_and_delete),
        (False, rename_organization),
        (True, fail_to_delete),
        (True, rename_organization),
        (True, rename_often),
    ],
)
def test_thief_of_a_token_gets_neither_name_nor_address(
    service: Service, databases: Databases, is_stale: bool, harm: Callable[[Service, Owner, str], None]
) -> None:
    owner, thief = sign_up(service, "Alpha"), sign_up(service, "Mallory")
    stolen = stale_token(service, databases, owner) if is_stale else owner.token
    thief = replace(thief, token=log_in(service, thief.email))
    harm(service, owner, stolen)
    try_to_take(service, owner, thief, stolen)
    session = tokens(service, owner.email)
    if session["organization"] is None:
        back = service.post("/organizations", {"name": "Alpha"}, token=session["access_token"])
        assert back.status == 201, back.text
    else:
        path = f"/organizations/{session['organization']['id']}"
        back = service.patch(path, {"name": "Alpha"}, token=session["access_token"])
        assert (back.status, back.json["slug"]) == (200, "alpha")
    assert service.get("/organizations/alpha", token=log_in(service, owner.email)).status == 200
    try_to_take(service, owner, thief, stolen)
    databases.check_invariants()


def test_session_that_does_not_tell_when_its_login_was_is_over(
    service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Alpha")
    session = tokens(service, owner.email)
    databases.master["sessions"].update_many({}, {"$unset": {"authenticated_at": ""}})
    assert service.get(owner.path, token=session["access_token"]).status == 401
    answer = service.post("/login/refresh", {"refresh_token": session["refresh_token"]})
    assert (answer.status, answer.code) == (401, "invalid-refresh-token")
