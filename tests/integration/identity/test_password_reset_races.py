"""Resets of a password that happen at the same time as something else, and those that the database fails."""

from functools import partial

import pytest

from tenantry.identity import accounts, links, password_change, password_reset, passwords
from tenantry.identity.logins.login import log_out_everywhere
from tests.integration.audit.records import actions
from tests.integration.identity.attempts import attempt
from tests.integration.identity.resets import (
    CHOSEN,
    Event,
    ask,
    change_password,
    complete,
    delivered,
    end_account,
    log_out,
    mailed_token,
    prove_address,
)
from tests.support import library
from tests.support.concurrency import at_once, types_of
from tests.support.databases import Databases, failing
from tests.support.mailbox import Mailbox
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner


@pytest.fixture
def token(owner: Owner, mailbox: Mailbox) -> str:
    """The token that was mailed to the owner, whose address is verified."""
    prove_address(owner)
    ask(owner.service, owner.email)
    return mailed_token(mailbox, owner.email)


def test_of_completions_at_once_one_sets_the_password(
    owner: Owner, token: str, databases: Databases, mailbox: Mailbox
) -> None:
    chosen = [f"{CHOSEN} {number}" for number in range(3)]
    results = at_once([partial(password_reset.complete, token, password) for password in chosen])
    assert types_of(results) == {"NoneType": 1, "LinkNotFound": 2}
    statuses = [attempt(owner.service, owner.email, password).status for password in chosen]
    assert statuses == [200 if result is None else 401 for result in results]
    assert actions(databases).count("password.reset") == 1
    assert len(delivered(mailbox)) == 1


@pytest.mark.parametrize("moment", ["refuse_guessable", "hash_password", "take"])
@pytest.mark.parametrize("event", [change_password, log_out, end_account])
def test_completion_that_something_overtakes_changes_nothing(
    owner: Owner, token: str, monkeypatch: pytest.MonkeyPatch, moment: str, event: Event
) -> None:
    module = links if moment == "take" else passwords
    once_before(monkeypatch, module, moment, partial(event, owner))
    refused = complete(owner.service, token)
    assert (refused.status, refused.code) == (404, "link-not-found")
    assert attempt(owner.service, owner.email, CHOSEN).status == 401


def test_password_change_that_a_completion_overtakes_changes_nothing(
    owner: Owner, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = library.identity(account_id_of(owner))
    once_before(monkeypatch, accounts, "set_password_hash", partial(password_reset.complete, token, CHOSEN))
    results = at_once(
        [partial(password_change.change_password, caller, PASSWORD, f"{PASSWORD} of the thief")]
    )
    assert types_of(results) == {"InvalidCredentials": 1}
    assert attempt(owner.service, owner.email, CHOSEN).status == 200


def test_all_that_happens_at_once_leaves_one_password(owner: Owner, token: str, databases: Databases) -> None:
    caller = library.identity(account_id_of(owner))
    changed = f"{PASSWORD} changed"
    results = at_once(
        [
            partial(password_reset.complete, token, CHOSEN),
            partial(password_change.change_password, caller, PASSWORD, changed),
            partial(log_out_everywhere, caller.account_id),
        ]
    )
    passwords_ = {CHOSEN: results[0], changed: results[1]}
    accepted = [text for text in (CHOSEN, changed, PASSWORD) if log_in_status(owner, text) == 200]
    succeeded = [text for text, result in passwords_.items() if result is None]
    assert len(accepted) == 1
    assert accepted[0] in (succeeded or [PASSWORD])
    databases.check_invariants()


def log_in_status(owner: Owner, password: str) -> int:
    return attempt(owner.service, owner.email, password).status


@pytest.mark.parametrize("command", ["delete", "update", "insert", "commitTransaction"])
def test_completion_that_the_database_fails_is_whole_or_nothing(
    owner: Owner, token: str, databases: Databases, command: str
) -> None:
    before = databases.dump(apart_from={"login_attempts"})
    with failing(databases.client, command, errorCode=11601):
        assert complete(owner.service, token).status == 503
    assert databases.dump(apart_from={"login_attempts"}) == before
    assert complete(owner.service, token).status == 204


def account_id_of(owner: Owner) -> str:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    return account["_id"]
