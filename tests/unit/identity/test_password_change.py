"""Changing a password: it needs the current one, and revokes what was issued."""

import pytest

from tenantry.errors import (
    InvalidCredentials,
    InvalidFields,
    InvalidToken,
)
from tenantry.identity import accounts
from tenantry.identity.logins.login import login
from tenantry.identity.password_change import change_password
from tests.support import library
from tests.unit.identity.ada import EMAIL, PASSWORD, Master, counted, epoch_of, stored

OTHER_PASSWORD = "another horse battery staple"

pytestmark = pytest.mark.usefixtures("few_rounds", "signing_key")


def test_a_changed_password_replaces_the_old_one_and_revokes_tokens(account_id: str, master: Master) -> None:
    before = login(EMAIL, PASSWORD, None)
    caller = library.identity(account_id)
    change_password(caller, PASSWORD, OTHER_PASSWORD)
    assert stored(master)["auth_epoch"] == epoch_of(before.access_token) + 1
    with pytest.raises(InvalidCredentials):
        login(EMAIL, PASSWORD, None)
    assert epoch_of(login(EMAIL, OTHER_PASSWORD, None).access_token) == 1


def test_the_current_password_has_to_be_right(account_id: str, master: Master, kdf_calls: list[int]) -> None:
    before = stored(master)
    caller = library.identity(account_id)
    kdf_calls.clear()
    with pytest.raises(InvalidCredentials):
        change_password(caller, OTHER_PASSWORD, OTHER_PASSWORD)
    assert len(kdf_calls) == 1
    assert stored(master) == before
    assert master["login_attempts"].count_documents({}) == 1
    assert "LoginFailed" in counted()


@pytest.mark.parametrize("guessable", ["passwordpassword", EMAIL, "googlegooglegoogle"])
def test_a_guessable_password_is_not_taken(guessable: str, account_id: str, master: Master) -> None:
    before = stored(master)
    caller = library.identity(account_id)
    with pytest.raises(InvalidFields) as caught:
        change_password(caller, PASSWORD, guessable)
    assert caught.value.extensions["errors"][0]["field"] == "new_password"
    assert stored(master) == before


def test_a_password_that_another_request_has_just_changed_is_not_overwritten(
    account_id: str, master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = library.identity(account_id)
    outdated = accounts.find(account_id)
    change_password(caller, PASSWORD, OTHER_PASSWORD)
    monkeypatch.setattr(accounts, "find", lambda _: outdated)
    with pytest.raises(InvalidCredentials):
        change_password(caller, PASSWORD, "third horse battery staple")
    assert stored(master)["auth_epoch"] == 1
    assert login(EMAIL, OTHER_PASSWORD, None)


def test_an_account_that_is_gone_has_no_password(account_id: str, master: Master) -> None:
    caller = library.identity(account_id)
    master["accounts"].delete_many({})
    with pytest.raises(InvalidToken):
        change_password(caller, PASSWORD, OTHER_PASSWORD)
