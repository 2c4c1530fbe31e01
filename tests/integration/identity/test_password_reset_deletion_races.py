"""Resets of a password against the deletion of the account: one of both happens, and nothing comes back."""

from functools import partial
from typing import Any

import pytest

from tenantry.errors import InvalidToken, LinkNotFound
from tenantry.identity import account_deletion, account_removal, accounts, links, members, passwords
from tenantry.identity.authentication import authenticate
from tests.integration.identity.addresses.address_changes import account_of, sign_up_with
from tests.integration.identity.resets import (
    CHOSEN,
    Call,
    check_dead,
    check_refused,
    join,
    opening,
    outcome_of,
    prove_address,
    reset_of,
)
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens

Tokens = dict[str, Any]

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


@pytest.fixture(params=["proved", "not proved"])
def leaving(owner: Owner, mailbox: Mailbox, request: pytest.FixtureRequest) -> Owner:
    """Account that owns no organization, so that it may end, and is a member of a stranger's.

    Its address is verified or not.
    """
    if request.param == "proved":
        prove_address(owner)
    other = sign_up(owner.service, "Beta")
    join(owner, other.id)
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    return Owner(owner.service, owner.email, other.organization, log_in(owner.service, owner.email))


def deletion_of(owner: Owner) -> Call:
    return partial(account_deletion.delete, authenticate(owner.token))


def check_reset_or_gone(
    owner: Owner, before: Tokens, databases: Databases, reset: Exception | None, deleted: Exception | None
) -> None:
    """Check that the account is either gone without a trace, or whole and its new owner's."""
    check_dead(owner, before)
    account = accounts.find_by_email(owner.email)
    if reset is None:
        assert isinstance(deleted, InvalidToken)
        assert account is not None
        assert members.members().find_one({"account_id": account["_id"]}) is not None
        assert opening(owner, owner.email) == {CHOSEN}
        return
    assert (type(reset), deleted, account) == (LinkNotFound, None, None)
    remaining = {member["account_id"] for member in members.members().find()}
    assert remaining == {account["_id"] for account in accounts.accounts().find()}
    for collection in ("sessions", "links"):
        bound = databases.master[collection].find({"account_id": {"$exists": True}})
        assert {document["account_id"] for document in bound} <= remaining
    assert opening(owner, owner.email) == set()


def check_of_no_use_to_another_account(owner: Owner, reset: Call, was_proved: bool) -> None:
    """Check that a link of before opens no account that gets the address afterwards and proves it."""
    if accounts.find_by_email(owner.email) is not None:
        check_refused(reset)
        return
    assert sign_up_with(owner.service, owner.email).status == 201
    if not was_proved:  # then the link is the address's: as long as that is not verified, it works on
        prove_address(owner)
    check_refused(reset)
    assert opening(owner, owner.email) == {PASSWORD}


@pytest.mark.parametrize("_", range(5))
def test_of_a_reset_and_the_deletion_of_the_account_at_once_one_succeeds(
    leaving: Owner, mailbox: Mailbox, databases: Databases, _: int
) -> None:
    before = tokens(leaving.service, leaving.email)
    was_proved = accounts.is_verified(account_of(leaving.email))
    reset, delete = reset_of(leaving, mailbox), deletion_of(leaving)
    check_reset_or_gone(leaving, before, databases, *at_once([reset, delete]))
    check_of_no_use_to_another_account(leaving, reset, was_proved)


@pytest.mark.parametrize("moment", [(passwords, "hash_password"), (links, "take")])
def test_reset_that_the_deletion_of_the_account_overtakes_brings_nothing_back(
    leaving: Owner,
    mailbox: Mailbox,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[object, str],
) -> None:
    before = tokens(leaving.service, leaving.email)
    was_proved = accounts.is_verified(account_of(leaving.email))
    reset, delete = reset_of(leaving, mailbox), deletion_of(leaving)
    once_before(monkeypatch, *moment, delete)
    check_reset_or_gone(leaving, before, databases, outcome_of(reset), None)
    check_of_no_use_to_another_account(leaving, reset, was_proved)


def test_deletion_of_the_account_that_a_reset_overtakes_is_refused(
    leaving: Owner, mailbox: Mailbox, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by an owner who takes the account back from a thief at that moment."""
    before = tokens(leaving.service, leaving.email)
    reset, delete = reset_of(leaving, mailbox), deletion_of(leaving)
    once_before(monkeypatch, account_removal, "remove", reset)
    check_reset_or_gone(leaving, before, databases, None, outcome_of(delete))
    check_refused(reset)
