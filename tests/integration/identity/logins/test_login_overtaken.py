"""Logins and password changes that others overtake give no living token, and one of two changes succeeds."""

from functools import partial

import pytest

from tenantry.identity import accounts, members, password_change, sessions, tokens
from tenantry.lifecycle import deleting
from tests.integration.identity.attempts import attempt
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, log_in

CHANGED = "a quite different long password"


@pytest.mark.parametrize("moment", [(sessions, "start"), (sessions, "identity"), (tokens, "issue")])
def test_login_that_a_password_change_overtakes_gives_no_living_token(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, moment: tuple[object, str]
) -> None:
    """The password changes after it was verified and before the token is signed."""
    caller = library.identity(account_id_of(owner))
    once_before(monkeypatch, *moment, partial(password_change.change_password, caller, PASSWORD, CHANGED))
    answer = attempt(owner.service, owner.email, PASSWORD)
    if answer.status == 200:
        assert owner.service.get(owner.path, token=answer.json["access_token"]).status == 401
    else:
        assert (answer.status, answer.code) == (401, "invalid-credentials")
    assert attempt(owner.service, owner.email, PASSWORD).status == 401
    living = log_in(owner.service, owner.email, password=CHANGED)
    assert owner.service.get(owner.path, token=living).status == 200


@pytest.mark.parametrize("moment", [(sessions, "start"), (sessions, "identity")])
def test_login_that_a_deletion_overtakes_is_refused(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch, moment: tuple[object, str]
) -> None:
    """The organization goes after it was chosen."""
    (member,) = members.memberships(account_id_of(owner))
    once_before(monkeypatch, *moment, partial(deleting.delete, member))
    answer = attempt(owner.service, owner.email, PASSWORD)
    assert (answer.status, answer.code) == (401, "invalid-credentials")
    assert databases.master["login_attempts"].count_documents({"failures": {"$gt": 0}}) == 0


def test_of_two_password_changes_one_succeeds(owner: Owner) -> None:
    caller = library.identity(account_id_of(owner))
    chosen = [f"{CHANGED} {number}" for number in range(2)]
    results = at_once(
        [partial(password_change.change_password, caller, PASSWORD, password) for password in chosen]
    )
    assert results.count(None) == 1
    statuses = [attempt(owner.service, owner.email, password).status for password in chosen]
    assert statuses == [200 if result is None else 401 for result in results]


def account_id_of(owner: Owner) -> str:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    return account["_id"]
