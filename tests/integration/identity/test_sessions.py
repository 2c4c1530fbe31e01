"""Sessions: refresh tokens that replace each other, logging out, suspension."""

import base64
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from tenantry.identity import accounts, members, sessions, tokens
from tenantry.identity.logins import login, refreshing
from tenantry.identity.sessions import Identity
from tenantry.runtime import moments
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Answer, Service


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""
    present = moments.now

    def passes(duration: timedelta) -> None:
        monkeypatch.setattr(moments, "now", lambda: present() + duration)

    return passes


def refresh_token(owner: Owner) -> str:
    answer = owner.service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert answer.status == 200
    return str(answer.json["refresh_token"])


def refresh(service: Service, token: str) -> Answer:
    return service.post("/login/refresh", {"refresh_token": token})


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.code) == (401, "invalid-refresh-token")


def assert_works(owner: Owner, answer: Answer) -> None:
    assert answer.status == 200, answer.text
    assert answer.json["expires_in"] == tokens.LIFETIME_SECONDS
    assert answer.json["organization"]["id"] == owner.id
    assert owner.service.get(owner.path, token=answer.json["access_token"]).status == 200


def test_refresh_tokens_replace_each_other(service: Service, owner: Owner, databases: Databases) -> None:
    seen = [refresh_token(owner)]
    for _ in range(5):
        answer = refresh(service, seen[-1])
        assert_works(owner, answer)
        seen.append(answer.json["refresh_token"])
    assert len(set(seen)) == 6
    stored = repr(databases.dump())
    for token in seen:
        octets = base64.urlsafe_b64decode(token)
        for secret in (token, octets, octets[:24], octets[24:]):
            assert str(secret) not in stored
            assert repr(secret)[2:-1] not in stored


def test_answer_that_got_lost_is_given_again(
    service: Service, owner: Owner, later: Callable[[timedelta], None]
) -> None:
    first = refresh_token(owner)
    following = refresh(service, first).json["refresh_token"]
    later(refreshing.OVERLAP - timedelta(seconds=5))
    again = refresh(service, first)
    assert_works(owner, again)
    assert again.json["refresh_token"] == following
    assert_works(owner, refresh(service, following))


def test_token_that_is_used_again_too_late_ends_the_session(
    service: Service, owner: Owner, later: Callable[[timedelta], None]
) -> None:
    stolen = refresh_token(owner)
    unaffected = refresh_token(owner)
    following = refresh(service, stolen).json["refresh_token"]
    later(refreshing.OVERLAP + timedelta(seconds=1))
    access = owner.token
    assert_refused(refresh(service, stolen))
    assert_refused(refresh(service, following))
    assert_works(owner, refresh(service, unaffected))
    assert service.get(owner.path, token=access).status == 200, "of a session of its own"


def test_tab_that_is_generations_behind_keeps_the_session(service: Service, owner: Owner) -> None:
    behind = newest = refresh_token(owner)
    for _ in range(refreshing.MAX_REPLACED):
        newest = refresh(service, newest).json["refresh_token"]
    answer = refresh(service, behind)
    assert_works(owner, answer)
    assert answer.json["refresh_token"] == newest
    refresh(service, newest)
    assert_refused(refresh(service, behind))


def test_access_token_dies_with_its_session(service: Service, owner: Owner) -> None:
    answer = refresh(service, refresh_token(owner))
    assert service.post("/logout", {"refresh_token": answer.json["refresh_token"]}).status == 204
    assert service.get(owner.path, token=answer.json["access_token"]).status == 401
    assert_refused(refresh(service, answer.json["refresh_token"]))
    assert service.get(owner.path, token=owner.token).status == 200


@pytest.mark.parametrize("uses", [0, 1, 2])
def test_any_token_of_a_session_logs_out(service: Service, owner: Owner, uses: int) -> None:
    first = token = refresh_token(owner)
    for _ in range(uses):
        token = refresh(service, token).json["refresh_token"]
    for _ in range(2):
        assert service.post("/logout", {"refresh_token": first}).status == 204
    assert_refused(refresh(service, token))


def test_logging_out_everywhere_ends_all_sessions_of_the_account(service: Service, owner: Owner) -> None:
    stranger = sign_up(service, "Beta")
    kept, lost = refresh_token(stranger), [refresh_token(owner) for _ in range(3)]
    access = refresh(service, lost[0]).json["access_token"]
    assert service.post("/logout/everywhere", token=owner.token).status == 204
    for token in (owner.token, access):
        assert service.get(owner.path, token=token).status == 401
    for token in lost[1:]:
        assert_refused(refresh(service, token))
    assert_works(stranger, refresh(service, kept))
    assert service.get(owner.path, token=log_in(service, owner.email)).status == 200


def test_session_ends(
    service: Service, owner: Owner, databases: Databases, later: Callable[[timedelta], None]
) -> None:
    token = refresh_token(owner)
    indexes = databases.master["sessions"].list_indexes()
    (index,) = [index for index in indexes if "expireAfterSeconds" in index]
    assert (dict(index["key"]), index["expireAfterSeconds"]) == ({"expires_at": 1}, 0)
    later(sessions.LIFETIME)
    assert_refused(refresh(service, token))


def change_password(owner: Owner) -> None:
    body = {"current_password": PASSWORD, "new_password": "another horse battery staple"}
    assert owner.service.put("/account/password", body, token=owner.token).status == 204


def delete_and_succeed(owner: Owner) -> None:
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    next_token = log_in(owner.service, owner.email)
    assert owner.service.post("/organizations", {"name": "Alpha"}, token=next_token).status == 201


@pytest.mark.parametrize("end", [change_password, delete_and_succeed])
def test_session_dies_with_what_it_is_of(
    service: Service, owner: Owner, end: Callable[[Owner], None]
) -> None:
    token = refresh_token(owner)
    end(owner)
    for _ in range(2):
        assert_refused(refresh(service, token))


def test_session_survives_a_rename(service: Service, owner: Owner) -> None:
    token = refresh_token(owner)
    service.patch(owner.path, {"name": "Beta"}, token=owner.token)
    answer = refresh(service, token)
    assert_works(owner, answer)
    assert answer.json["organization"]["slug"] == "beta"


def test_of_refreshes_at_once_all_give_the_same_token(service: Service, owner: Owner) -> None:
    token = refresh_token(owner)
    given = at_once([partial(login.refresh, token)] * 8)
    assert len({session.refresh_token for session in given}) == 1
    assert_works(owner, refresh(service, given[0].refresh_token))


def test_forged_tokens_end_nothing(service: Service, owner: Owner, databases: Databases) -> None:
    token = refresh_token(owner)
    before = list(databases.master["sessions"].find())
    random = base64.urlsafe_b64encode(bytes(48)).decode()
    for forged in (random, random[:32] + token[32:], "", "x", token[:-1], token + "A", "!" + token[1:], "é"):
        assert_refused(refresh(service, forged))
    assert service.post("/logout", {"refresh_token": random}).status == 204
    assert_refused(service.post("/logout", {"refresh_token": "x"}))
    assert service.post("/login/refresh", {"refresh_token": {"$ne": ""}}).status == 422
    assert list(databases.master["sessions"].find()) == before
    assert_works(owner, refresh(service, token))


def test_account_of_a_session_is_the_members(owner: Owner, databases: Databases) -> None:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    member = library.membership(account["_id"], owner.id)
    session = sessions.start(account, member).session
    expected = Identity(session["_id"], account["_id"], 0, session["authenticated_at"], member)
    assert sessions.identity(session["_id"], account["_id"]) == expected
    assert members.memberships(account["_id"]) == [member]
    sessions.end(session["_id"])
    assert sessions.identity(session["_id"], account["_id"]) is None
