"""Sessions of an account are bounded, and so are the organizations that its logins read and list."""

import pytest

from tenantry.identity import sessions
from tenantry.identity.logins import login
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.recorder import recording
from tests.support.service import Answer


def refresh(owner: Owner, token: str) -> Answer:
    return owner.service.post("/login/refresh", {"refresh_token": token})


def test_oldest_session_ends_where_there_are_too_many(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = sign_up(owner.service, "Beta")
    monkeypatch.setattr(sessions, "MAX_PER_ACCOUNT", 3)
    started = [tokens(owner.service, owner.email) for _ in range(5)]
    statuses = [refresh(owner, session["refresh_token"]).status for session in started]
    assert statuses == [401, 401, 200, 200, 200]
    (account,) = databases.master["accounts"].find({"email": owner.email})
    assert databases.master["sessions"].count_documents({"account_id": account["_id"]}) == 3
    assert owner.service.get(owner.path, token=owner.token).status == 401
    assert owner.service.get(owner.path, token=started[-1]["access_token"]).status == 200
    assert stranger.service.get(stranger.path, token=stranger.token).status == 200


def test_list_of_organizations_is_bounded_and_says_how_to_go_on(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "MAX_LISTED", 2)
    details = []
    for name in ("Beta", "Gamma", "Delta"):
        assert owner.service.post("/organizations", {"name": name}, token=owner.token).status == 201
        answer = owner.service.post("/login", {"email": owner.email, "password": PASSWORD})
        assert (answer.status, answer.code) == (409, "organization-required")
        assert len(answer.json["organizations"]) == 2
        details.append("more than 2" in answer.json["detail"])
    assert details == [False, True, True]
    for slug in ("alpha", "beta", "gamma", "delta"):
        assert log_in(owner.service, owner.email, slug)


def test_login_reads_no_metadata_of_organizations_that_it_is_not_for(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = {"note": "x" * 500}
    for name in ("Beta", "Gamma"):
        body = {"name": name, "metadata": metadata}
        assert owner.service.post("/organizations", body, token=owner.token).status == 201
    with recording(monkeypatch) as recorder:
        replies: list[str] = []
        monkeypatch.setattr(recorder, "succeeded", lambda event: replies.append(str(event.reply)))
        answer = owner.service.post(
            "/login", {"email": owner.email, "password": PASSWORD, "organization": owner.slug}
        )
        assert answer.status == 200
        refused = owner.service.post("/login", {"email": owner.email, "password": PASSWORD})
        assert refused.status == 409
    assert replies
    assert "x" * 500 not in "".join(replies)
