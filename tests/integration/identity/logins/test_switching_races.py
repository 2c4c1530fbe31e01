"""Switches that meet each other, a refresh, an end of the session, or a change of who may enter."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tenantry.errors import InvalidRefreshToken, RefreshTokenReplaced
from tenantry.identity import accounts, own_account, tokens
from tenantry.identity.authentication import authenticate
from tenantry.identity.logins import issuing, login, refreshing, switching
from tenantry.identity.memberships import locking
from tenantry.identity.sessions import Tokens
from tenantry.lifecycle import deleting, suspending
from tests.integration.identity.own_sessions import another_session
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.overtaking import once_before
from tests.support.owners import Owner

ROUNDS = 4


@pytest.fixture
def second(owner: Owner) -> str:
    """Id of a second organization of the account."""
    return create(owner, "Beta")


@pytest.fixture
def third(owner: Owner) -> str:
    """Id of a third one."""
    return create(owner, "Gamma")


def create(owner: Owner, name: str) -> str:
    created = owner.service.post("/organizations", {"name": name}, token=owner.token)
    assert created.status == 201
    return str(created.json["organization"]["id"])


def account_id_of(owner: Owner) -> str:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    return account["_id"]


def organization_of(given: Tokens) -> str:
    assert given.organization is not None
    return given.organization["_id"]


def is_for(owner: Owner, access_token: str, organization_id: str) -> bool:
    """Tell whether a token opens the organization; one that does not is dead or for another."""
    return owner.service.get(f"/organizations/{organization_id}", token=access_token).status == 200


def test_of_switches_at_once_to_one_organization_all_give_the_same_token(
    owner: Owner, second: str, databases: Databases
) -> None:
    session_id, given = another_session(owner)
    answers = at_once([partial(switching.switch, given["refresh_token"], second)] * 8)
    assert len({answer.refresh_token for answer in answers}) == 1
    assert {organization_of(answer) for answer in answers} == {second}
    assert all(is_for(owner, answer.access_token, second) for answer in answers)
    switched = {"action": "session.switched", "details.session_id": session_id}
    assert databases.master["audit"].count_documents(switched) == 2


def test_of_switches_at_once_to_two_organizations_each_answer_is_for_what_it_asked(
    owner: Owner, second: str, third: str, databases: Databases
) -> None:
    for _ in range(ROUNDS):
        session_id, given = another_session(owner)
        asked = [second, third] * 2
        answers = at_once([partial(switching.switch, given["refresh_token"], each) for each in asked])
        granted = [
            (each, answer) for each, answer in zip(asked, answers, strict=True) if isinstance(answer, Tokens)
        ]
        assert {type(answer) for answer in answers} <= {Tokens, RefreshTokenReplaced}
        session = databases.master["sessions"].find_one({"_id": session_id})
        assert session is not None
        assert {each for each, _ in granted} == {session["organization_id"]}
        for each, answer in granted:
            assert organization_of(answer) == each
            assert is_for(owner, answer.access_token, each)


def test_of_a_switch_and_refreshes_at_once_none_gives_a_living_token_for_the_organization_before(
    owner: Owner, second: str, databases: Databases
) -> None:
    for _ in range(ROUNDS):
        session_id, given = another_session(owner)
        refresh = partial(login.refresh, given["refresh_token"])
        before, switched, after = at_once(
            [refresh, partial(switching.switch, given["refresh_token"], second), refresh]
        )
        session = databases.master["sessions"].find_one({"_id": session_id})
        assert session is not None
        assert isinstance(before, Tokens)
        assert isinstance(after, Tokens)
        assert before.refresh_token == after.refresh_token
        if isinstance(switched, RefreshTokenReplaced):
            assert session["organization_id"] == owner.id
            continue
        assert session["organization_id"] == second
        assert switched.refresh_token == before.refresh_token
        for answer in (before, switched, after):
            assert not is_for(owner, answer.access_token, owner.id)
        assert is_for(owner, switched.access_token, second)


@pytest.mark.parametrize(
    "moment", [(refreshing, "find"), (switching, "_move"), (issuing, "issue"), (tokens, "issue")]
)
def test_session_that_ends_in_the_midst_of_a_switch_gives_no_living_token(
    owner: Owner, second: str, monkeypatch: pytest.MonkeyPatch, moment: tuple[Any, str]
) -> None:
    session_id, given = another_session(owner)
    caller = authenticate(owner.token)
    once_before(monkeypatch, *moment, lambda: own_account.end_session(caller, session_id))
    try:
        answer = switching.switch(given["refresh_token"], second)
    except InvalidRefreshToken:
        return
    assert not is_for(owner, answer.access_token, second)


def suspend(owner: Owner, organization_id: str) -> None:
    suspending.suspend(organization_id)


def delete(owner: Owner, organization_id: str) -> None:
    deleting.delete(library.membership(account_id_of(owner), organization_id))


@pytest.mark.parametrize(
    ("moment", "event"),
    [((switching, "_move"), suspend), ((switching, "_move"), delete), ((locking, "lock_accounts"), delete)],
)
def test_organization_that_closes_before_the_switch_uses_nothing_up(
    owner: Owner,
    second: str,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[Any, str],
    event: Callable[[Owner, str], None],
) -> None:
    """Also if the transaction has begun: it starts over when a membership is removed meanwhile."""
    given = another_session(owner)[1]
    once_before(monkeypatch, *moment, partial(event, owner, second))
    refused = owner.service.post(
        "/login/switch", {"refresh_token": given["refresh_token"], "organization": second}
    )
    assert refused.code in {"organization-suspended", "organization-not-found"}
    refreshed = owner.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert refreshed.json["organization"]["id"] == owner.id


@pytest.mark.parametrize(
    ("event", "refusal"), [(suspend, "organization-suspended"), (delete, "invalid-refresh-token")]
)
def test_organization_that_closes_after_the_switch_gives_no_token_now_or_later(
    owner: Owner,
    second: str,
    monkeypatch: pytest.MonkeyPatch,
    event: Callable[[Owner, str], None],
    refusal: str,
) -> None:
    """As if it had closed just after the answer: the session is over."""
    given = another_session(owner)[1]
    once_before(monkeypatch, issuing, "issue", partial(event, owner, second))
    body = {"refresh_token": given["refresh_token"], "organization": second}
    assert owner.service.post("/login/switch", body).code in {refusal, "invalid-refresh-token"}
    if event is suspend:
        suspending.reactivate(second)
    for path, sent in (("/login/switch", body), ("/login/refresh", {"refresh_token": body["refresh_token"]})):
        assert owner.service.post(path, sent).code == "invalid-refresh-token"


def test_suspension_between_the_look_at_the_organization_and_the_commit_ends_the_session(
    owner: Owner, second: str, monkeypatch: pytest.MonkeyPatch, databases: Databases
) -> None:
    """It finds no session to end in its organization yet, so whoever issues the token ends it."""
    session_id, given = another_session(owner)
    once_before(monkeypatch, refreshing, "replace", partial(suspending.suspend, second))
    body = {"refresh_token": given["refresh_token"], "organization": second}
    assert owner.service.post("/login/switch", body).code == "organization-suspended"
    assert databases.master["sessions"].find_one({"_id": session_id}) is None


def test_switches_and_deletions_at_once_leave_no_living_token_for_what_is_gone(
    owner: Owner,
) -> None:
    for number in range(ROUNDS):
        name = f"Short lived {number}"
        organization_id = create(owner, name)
        given = another_session(owner)[1]
        membership = library.membership(account_id_of(owner), organization_id)
        answer, deleted = at_once(
            [
                partial(switching.switch, given["refresh_token"], organization_id),
                partial(deleting.delete, membership),
            ]
        )
        assert deleted is None
        if isinstance(answer, Tokens):
            assert not is_for(owner, answer.access_token, organization_id)
        present = owner.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
        assert present.code == "invalid-refresh-token" or present.json["organization"]["id"] == owner.id


def test_answer_that_was_lost_after_the_change_is_given_again(
    owner: Owner, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill, or a lost connection, between the commit and the answer."""
    given = another_session(owner)[1]

    def killed() -> None:
        raise ConnectionError

    once_before(monkeypatch, issuing, "issue", killed)
    with pytest.raises(ConnectionError):
        switching.switch(given["refresh_token"], second)
    answer = switching.switch(given["refresh_token"], second)
    assert organization_of(answer) == second
    assert switching.switch(given["refresh_token"], second).refresh_token == answer.refresh_token


def test_moved_on_in_the_midst_of_a_repetition_gives_no_token_for_another_organization(
    owner: Owner, second: str, third: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = another_session(owner)[1]
    following = switching.switch(given["refresh_token"], second).refresh_token
    once_before(monkeypatch, issuing, "issue", partial(switching.switch, following, third))
    with pytest.raises(RefreshTokenReplaced):
        switching.switch(given["refresh_token"], second)
