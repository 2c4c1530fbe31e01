"""Sessions that are ended by several requests at once, or while they are refreshed."""

from functools import partial
from typing import Any

import pytest

from tenantry.errors import SessionNotFound
from tenantry.identity import own_account, sessions
from tenantry.identity.authentication import authenticate
from tenantry.identity.logins import login, refreshing
from tests.integration.identity.own_sessions import another_session
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.overtaking import once_before
from tests.support.owners import Owner


def test_of_ends_at_once_one_succeeds_and_one_is_recorded(owner: Owner, databases: Databases) -> None:
    session_id, _ = another_session(owner)
    caller = authenticate(owner.token)
    outcomes = at_once([partial(own_account.end_session, caller, session_id)] * 8)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SessionNotFound) for outcome in outcomes) == 7
    ended = list(databases.master["audit"].find({"action": "session.ended"}))
    assert [record["details"]["session_id"] for record in ended] == [session_id]


@pytest.mark.parametrize("moment", [(refreshing, "replace"), (sessions, "identity")])
def test_session_that_ends_in_the_midst_of_a_refresh_gives_no_token(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, moment: tuple[Any, str]
) -> None:
    session_id, given = another_session(owner)
    caller = authenticate(owner.token)
    once_before(monkeypatch, *moment, lambda: own_account.end_session(caller, session_id))
    answer = owner.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert (answer.status, answer.code) == (401, "invalid-refresh-token")


def test_of_refreshes_and_an_end_at_once_no_token_lives_on(owner: Owner, databases: Databases) -> None:
    caller = authenticate(owner.token)
    for _ in range(10):
        session_id, given = another_session(owner)
        refresh = partial(login.refresh, given["refresh_token"])
        first, ended, second = at_once(
            [refresh, partial(own_account.end_session, caller, session_id), refresh]
        )
        assert ended is None
        assert databases.master["sessions"].find_one({"_id": session_id}) is None
        for issued in (first, second):
            if not isinstance(issued, Exception):
                assert owner.service.get("/account", token=issued.access_token).status == 401
