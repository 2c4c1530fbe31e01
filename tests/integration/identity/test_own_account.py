"""What owners see of their accounts and sessions, and how they end a session."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tenantry.http.accounts.answers import OwnAccount
from tenantry.identity import own_account
from tenantry.identity.sessions import LIFETIME, MAX_PER_ACCOUNT, USER_AGENT_MAX_CHARACTERS
from tenantry.lifecycle import suspending
from tenantry.runtime import moments
from tests.integration.identity.own_sessions import another_session, end, listed
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Service

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHANGED = "another horse battery staple"


def log_in_as(owner: Owner, user_agent: str) -> dict[str, Any]:
    body = {"email": owner.email, "password": PASSWORD}
    answer = owner.service.post("/login", body, headers={"User-Agent": user_agent})
    assert answer.status == 200
    return dict(answer.json)


def test_account_is_shown_with_its_organizations(service: Service) -> None:
    owner = sign_up(service, "Zeta", email="Ada@Example.com")
    second = service.post("/organizations", {"name": "Alpha"}, token=owner.token).json["organization"]
    sign_up(service, "Beta")
    shown = service.get("/account", token=owner.token).json
    OwnAccount.model_validate(shown, strict=True)
    assert shown.keys() == {"id", "email", "verified", "created_at", "organizations"}
    assert shown["email"] == "Ada@example.com"
    expected = [
        {"id": each["id"], "name": each["name"], "slug": each["slug"], "role": "owner"}
        | {"state": "active", "suspended": False}
        for each in (second, owner.organization)
    ]
    assert shown["organizations"] == expected
    suspending.suspend(second["id"])
    expected[0]["suspended"] = True
    assert service.get("/account", token=owner.token).json["organizations"] == expected


def test_account_without_organization_is_shown(service: Service, owner: Owner) -> None:
    assert service.delete(owner.path, token=owner.token).status == 204
    token = log_in(service, owner.email)
    assert service.get("/account", token=token).json["organizations"] == []
    (session,) = listed(service, token)
    assert (session["current"], session["organization"]) == (True, None)


def test_number_of_organizations_is_bounded(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    owner.service.post("/organizations", {"name": "Beta"}, token=owner.token)
    monkeypatch.setattr(own_account, "MAX_ORGANIZATIONS", 1)
    assert len(owner.service.get("/account", token=owner.token).json["organizations"]) == 1


def test_sessions_of_all_organizations_are_listed_and_nobody_elses(service: Service, owner: Owner) -> None:
    sign_up(service, "Gamma")
    second = service.post("/organizations", {"name": "Beta"}, token=owner.token).json["organization"]
    in_second = log_in(service, owner.email, second["id"])
    newest, oldest = listed(service, owner.token)
    assert [newest["current"], oldest["current"]] == [False, True]
    assert newest["organization"] == {name: second[name] for name in ("id", "name", "slug")}
    assert oldest["organization"]["id"] == owner.id
    assert [each["current"] for each in listed(service, in_second)] == [True, False]
    started, expires = (datetime.fromisoformat(oldest[name]) for name in ("started_at", "expires_at"))
    assert expires - started == LIFETIME
    assert oldest["last_used_at"] == oldest["started_at"]


def test_refresh_is_a_use_and_shows_from_where(service: Service, owner: Owner) -> None:
    token = log_in_as(owner, FIREFOX)["refresh_token"]
    session = listed(service, owner.token)[0]
    assert (session["user_agent"], session["source_address"]) == (FIREFOX, "203.0.113.7")
    answer = service.post("/login/refresh", {"refresh_token": token}, headers={"User-Agent": "curl/8.5.0"})
    assert answer.status == 200
    refreshed = listed(service, owner.token)[0]
    assert refreshed["user_agent"] == "curl/8.5.0"
    assert refreshed["last_used_at"] > refreshed["started_at"] == session["started_at"]
    assert refreshed["id"] == session["id"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("x" * 10_000, "x" * USER_AGENT_MAX_CHARACTERS),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\ud800b\x00c\u202ed\x1b[2Je\r\n", "abcd[2Je"),
        ("\x00\ud800", None),
        ("", None),
    ],
)
def test_what_a_client_calls_itself_is_bounded_and_can_be_shown(
    owner: Owner, sent: str, shown: str | None
) -> None:
    log_in_as(owner, sent)
    assert listed(owner.service, owner.token)[0]["user_agent"] == shown


def test_session_from_before_shows_null_and_a_refresh_completes_it(
    service: Service, owner: Owner, databases: Databases
) -> None:
    token = log_in_as(owner, FIREFOX)["refresh_token"]
    databases.master["sessions"].update_many({}, {"$unset": {"source_address": "", "user_agent": ""}})
    session = listed(service, owner.token)[0]
    assert (session["user_agent"], session["source_address"]) == (None, None)
    service.post("/login/refresh", {"refresh_token": token}, headers={"User-Agent": FIREFOX})
    assert listed(service, owner.token)[0]["user_agent"] == FIREFOX


def change_password(owner: Owner) -> str:
    body = {"current_password": PASSWORD, "new_password": CHANGED}
    assert owner.service.put("/account/password", body, token=owner.token).status == 204
    return log_in(owner.service, owner.email, password=CHANGED)


def log_out_everywhere(owner: Owner) -> str:
    assert owner.service.post("/logout/everywhere", token=owner.token).status == 204
    return log_in(owner.service, owner.email)


@pytest.mark.parametrize("start_over", [change_password, log_out_everywhere])
def test_dead_session_is_neither_listed_nor_ended(
    service: Service, owner: Owner, start_over: Callable[[Owner], str]
) -> None:
    dead, _ = another_session(owner)
    token = start_over(owner)
    (session,) = listed(service, token)
    assert session["current"]
    assert service.delete(f"/account/sessions/{dead}", token=token).code == "session-not-found"


def test_session_that_has_expired_or_has_no_member_is_not_listed(
    service: Service, owner: Owner, databases: Databases
) -> None:
    expired, memberless = (another_session(owner)[0] for _ in range(2))
    stored = databases.master["sessions"]
    stored.update_one({"_id": expired}, {"$set": {"expires_at": moments.now() - timedelta(seconds=1)}})
    stored.update_one({"_id": memberless}, {"$set": {"member_id": "mem_gone"}})
    (session,) = listed(service, owner.token)
    assert session["current"]


def test_list_is_bounded(owner: Owner, databases: Databases) -> None:
    stored = databases.master["sessions"]
    session = stored.find_one({})
    assert session is not None
    stored.insert_many(
        session | {"_id": f"ses_{number}", "family_hash": b"%d" % number}
        for number in range(MAX_PER_ACCOUNT + 5)
    )
    assert len(listed(owner.service, owner.token)) == MAX_PER_ACCOUNT


def test_ended_session_is_dead_at_once_and_the_others_live(service: Service, owner: Owner) -> None:
    session_id, given = another_session(owner)
    assert service.get(owner.path, token=given["access_token"]).status == 200
    assert end(owner, session_id).status == 204
    assert service.get(owner.path, token=given["access_token"]).status == 401
    refreshed = service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert (refreshed.status, refreshed.code) == (401, "invalid-refresh-token")
    (session,) = listed(service, owner.token)
    assert session["current"]


def test_session_ends_itself(service: Service, owner: Owner) -> None:
    (session,) = listed(service, owner.token)
    assert end(owner, session["id"]).status == 204
    assert service.get("/account", token=owner.token).status == 401


def test_session_in_another_organization_is_ended_from_here(service: Service, owner: Owner) -> None:
    second = service.post("/organizations", {"name": "Beta"}, token=owner.token).json["organization"]
    token = log_in(service, owner.email, second["id"])
    assert end(owner, listed(service, owner.token)[0]["id"]).status == 204
    assert service.get("/account", token=token).status == 401


def test_session_of_another_account_is_as_unknown_as_none_and_as_one_that_has_ended(
    service: Service, owner: Owner, databases: Databases
) -> None:
    stranger = sign_up(service, "Beta")
    (of_stranger,) = listed(service, stranger.token)
    ended, _ = another_session(owner)
    assert end(owner, ended).status == 204
    before = databases.fingerprint()
    names = (of_stranger["id"], ended, f"ses_{'0' * 32}", "x", "%24ne", "%7B%22%24ne%22%3A1%7D")
    answers = {str(end(owner, name).apart_from_request_id) for name in names}
    assert len(answers) == 1
    assert end(owner, "x").code == "session-not-found"
    assert databases.fingerprint() == before
    assert service.get(stranger.path, token=stranger.token).status == 200
