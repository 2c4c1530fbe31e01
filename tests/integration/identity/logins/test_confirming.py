"""Confirming a login with the password, and who overtakes whom."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tenantry.identity import credentials, password_change, sessions
from tenantry.identity.authentication import authenticate
from tenantry.identity.logins import confirming, issuing, login
from tenantry.lifecycle import suspending
from tenantry.runtime import moments
from tests.integration.identity.own_sessions import another_session
from tests.support.concurrency import at_once
from tests.support.databases import Databases, failing
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.service import Answer, Service

CHANGED = "another horse battery staple"


def logged_in_long_ago(owner: Owner, databases: Databases) -> dict[str, Any]:
    """Return the tokens of a session whose password was verified 12 minutes ago."""
    session_id, given = another_session(owner)
    long_ago = {"$set": {"authenticated_at": moments.now() - timedelta(minutes=12)}}
    databases.master["sessions"].update_one({"_id": session_id}, long_ago)
    refreshed = owner.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert refreshed.status == 200
    return dict(refreshed.json)


def confirm(owner: Owner, token: str, password: str = PASSWORD) -> Answer:
    return owner.service.post("/login/confirm", {"password": password}, token=token)


def delete(owner: Owner, token: str) -> Answer:
    return owner.service.delete(owner.path, token=token)


def test_confirmed_login_may_do_what_needs_a_recent_one(owner: Owner, databases: Databases) -> None:
    given = logged_in_long_ago(owner, databases)
    assert delete(owner, given["access_token"]).code == "login-too-old"
    confirmed = confirm(owner, given["access_token"])
    assert confirmed.status == 200
    assert confirmed.json.keys() == {"access_token", "token_type", "expires_in", "organization"}
    assert confirmed.json["organization"]["id"] == owner.id
    assert owner.service.get(owner.path, token=given["access_token"]).code == "invalid-token"
    other = logged_in_long_ago(owner, databases)
    assert delete(owner, other["access_token"]).code == "login-too-old"
    refreshed = owner.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert refreshed.status == 200, "the refresh token lives on"
    assert owner.service.get(owner.path, token=confirmed.json["access_token"]).status == 200
    (record,) = databases.master["audit"].find({"action": "login.confirmed"})
    assert record["organization_ids"] == [owner.id]
    assert record["actor"]["type"] == "account"
    assert delete(owner, refreshed.json["access_token"]).status == 204


def test_token_that_was_stolen_before_is_not_renewed(owner: Owner, databases: Databases) -> None:
    stolen = logged_in_long_ago(owner, databases)["access_token"]
    assert confirm(owner, stolen).status == 200
    assert delete(owner, stolen).code == "invalid-token"


def test_wrong_password_confirms_nothing_and_is_slowed_down(owner: Owner, databases: Databases) -> None:
    before = list(databases.master["sessions"].find())
    for _ in range(10):
        refused = confirm(owner, owner.token, "wrong")
        assert (refused.status, refused.code) == (401, "invalid-credentials")
    paused = confirm(owner, owner.token)
    assert (paused.status, paused.headers["retry-after"]) == (429, "15")
    assert list(databases.master["sessions"].find()) == before
    failures = list(databases.master["audit"].find({"action": "login.confirmation_failed"}))
    assert [record["details"]["failures"] for record in failures] == list(range(1, 11))
    assert {record["result"] for record in failures} == {"failure"}
    assert owner.service.get(owner.path, token=owner.token).status == 200
    assert owner.service.post("/login", {"email": owner.email, "password": PASSWORD}).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"password": null}', 422),
        ("{}", 422),
        ('{"password": {"$ne": ""}}', 422),
        ('{"password": "\\ud800"}', 400),
        ('{"password": "x", "email": "ada@example.com"}', 422),
        ("null", 400),
    ],
)
def test_what_is_no_password_is_refused(owner: Owner, body: str, status: int) -> None:
    answer = owner.service.request("POST", "/login/confirm", body=body, token=owner.token)
    assert answer.status == status, answer.text
    assert owner.service.request("POST", "/login/confirm", body=body).status in {401, status}


def test_password_of_another_account_confirms_nothing(service: Service, owner: Owner) -> None:
    stranger = sign_up(service, "Beta")
    changed = {"current_password": PASSWORD, "new_password": CHANGED}
    assert service.put("/account/password", changed, token=stranger.token).status == 204
    assert confirm(owner, owner.token, CHANGED).code == "invalid-credentials"


def test_account_without_organization_confirms(owner: Owner) -> None:
    assert delete(owner, owner.token).status == 204
    token = owner.service.post("/login", {"email": owner.email, "password": PASSWORD}).json["access_token"]
    answer = confirm(owner, token)
    assert (answer.status, answer.json["organization"]) == (200, None)
    assert owner.service.get("/account", token=answer.json["access_token"]).status == 200


def test_of_confirmations_at_once_the_latest_token_lives_and_all_are_recorded(
    owner: Owner, databases: Databases
) -> None:
    for _ in range(5):
        session_id, given = another_session(owner)
        caller = authenticate(given["access_token"])
        answers = at_once([partial(confirming.confirm, caller, PASSWORD)] * 6)
        tokens = [answer.token for answer in answers]
        statuses = [owner.service.get(owner.path, token=token).status for token in tokens]
        assert 200 in statuses
        session = databases.master["sessions"].find_one({"_id": session_id})
        assert session is not None
        assert session["authenticated_at"] >= caller.authenticated_at
        confirmed = {"action": "login.confirmed", "details.session_id": session_id}
        assert databases.master["audit"].count_documents(confirmed) == 6
        refreshed = owner.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
        assert owner.service.get(owner.path, token=refreshed.json["access_token"]).status == 200


def test_moment_of_the_login_never_goes_back(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, databases: Databases
) -> None:
    """The clock of the function that confirms is behind."""
    session_id, given = another_session(owner)
    before = databases.master["sessions"].find_one({"_id": session_id})
    present = moments.now
    monkeypatch.setattr(moments, "now", lambda: present() - timedelta(seconds=3))
    assert confirm(owner, given["access_token"]).status == 200
    assert databases.master["sessions"].find_one({"_id": session_id}) == before


def end(owner: Owner) -> None:
    assert owner.service.post("/logout/everywhere", token=owner.token).status == 204


def change_password(owner: Owner) -> None:
    password_change.change_password(authenticate(owner.token), PASSWORD, CHANGED)


def suspend(owner: Owner) -> None:
    suspending.suspend(owner.id)


@pytest.mark.parametrize("moment", [(confirming, "_set_authenticated_at"), (issuing, "identity_of")])
@pytest.mark.parametrize("event", [end, change_password, suspend])
def test_confirmation_that_is_overtaken_gives_no_token(
    owner: Owner,
    monkeypatch: pytest.MonkeyPatch,
    databases: Databases,
    moment: tuple[Any, str],
    event: Callable[[Owner], None],
) -> None:
    given = another_session(owner)[1]
    once_before(monkeypatch, *moment, partial(event, owner))
    answer = confirm(owner, given["access_token"])
    assert (answer.status, answer.code) == (401, "invalid-token")
    suspending.reactivate(owner.id)
    refreshed = owner.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert refreshed.code == "invalid-refresh-token"


def test_session_that_ends_while_the_password_is_verified_is_not_confirmed(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, databases: Databases
) -> None:
    session_id, given = another_session(owner)
    once_before(monkeypatch, credentials, "_matches", partial(sessions.end, session_id))
    assert confirm(owner, given["access_token"]).code == "invalid-token"
    assert databases.master["audit"].count_documents({"action": "login.confirmed"}) == 0


def test_refresh_that_a_confirmation_overtakes_gives_a_token_of_the_confirmed_login(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, databases: Databases
) -> None:
    given = logged_in_long_ago(owner, databases)
    caller = authenticate(given["access_token"])
    once_before(monkeypatch, sessions, "identity", partial(confirming.confirm, caller, PASSWORD))
    refreshed = login.refresh(given["refresh_token"])
    assert delete(owner, refreshed.access_token).status == 204


@pytest.mark.parametrize("collection", ["audit", "outbox"])
def test_confirmation_that_cannot_be_recorded_does_not_happen(
    owner: Owner, databases: Databases, collection: str
) -> None:
    before = list(databases.master["sessions"].find())
    namespace = f"{databases.master.name}.{collection}"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        assert confirm(owner, owner.token).status == 503
    assert list(databases.master["sessions"].find()) == before
    assert owner.service.get(owner.path, token=owner.token).status == 200
