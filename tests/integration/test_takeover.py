"""Somebody with a stolen access token, and what its owner keeps."""

from datetime import timedelta

import pytest

from tests.support.databases import Databases
from tests.support.owners import Owner, log_in, sign_up, tokens
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
    before = databases.dump()
    assert_too_old(service.delete(owner.path, token=session["access_token"]))
    assert databases.dump() == before
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
    other = sign_up(service, "Beta")
    session = tokens(service, other.email)
    age_sessions(databases, timedelta(days=1))
    stale = service.post("/login/refresh", {"refresh_token": session["refresh_token"]}).json["access_token"]
    answers = [service.delete(path, token=stale) for path in (owner.path, "/organizations/nothing")]
    assert {answer.status for answer in answers} == {404}
    assert answers[0].apart_from_request_id == answers[1].apart_from_request_id
