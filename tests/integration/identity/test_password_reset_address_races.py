"""Resets of a password against changes of the account's address, and ways back to an earlier one.

Whichever commits first, neither a token nor a link of before works afterwards.
"""

from functools import partial
from typing import Any

import pytest

from tenantry.errors import LinkNotFound
from tenantry.identity import accounts, links, passwords
from tenantry.identity.addresses import address_proof, email_change
from tenantry.identity.authentication import authenticate
from tests.integration.identity import resets
from tests.integration.identity.addresses import address_changes
from tests.integration.identity.addresses.address_changes import ANOTHER, sign_up_with
from tests.integration.identity.resets import (
    CHOSEN,
    Call,
    check_dead,
    check_refused,
    opening,
    outcome_of,
    reset_of,
)
from tests.support.concurrency import at_once
from tests.support.mailbox import Mailbox
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, tokens

Tokens = dict[str, Any]

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")

# Of a reset: before its transaction, as that begins, and after its snapshot was taken.
MOMENTS: list[tuple[object, str]] = [
    (passwords, "hash_password"),
    (links, "take"),
    (address_proof, "take_over"),
]


@pytest.fixture(params=["proved", "not proved"])
def ada(owner: Owner, mailbox: Mailbox, request: pytest.FixtureRequest) -> Owner:
    """Owner who signed up before any mail was sent, with an address that is verified or not."""
    if request.param == "proved":
        resets.prove_address(owner)
    return owner


def change_of(owner: Owner, mailbox: Mailbox) -> Call:
    """Have a link mailed to another address; return the request that gives it to the account."""
    link = address_changes.link_to(owner, mailbox)
    return partial(email_change.complete, authenticate(owner.token), link)


def check_reset_or_changed(
    ada: Owner, before: Tokens, reset: Exception | None, changed: Exception | None
) -> None:
    """Check that one of both has happened, and all that was issued before is dead."""
    assert [type(outcome) for outcome in (reset, changed) if outcome is not None] == [LinkNotFound]
    check_dead(ada, before)
    (account,) = accounts.accounts().find()
    assert (account["email"], account["auth_epoch"]) == (ada.email if reset is None else ANOTHER, 1)
    assert opening(ada, ada.email) == ({CHOSEN} if reset is None else set())
    assert opening(ada, ANOTHER) == (set() if reset is None else {PASSWORD})


@pytest.mark.parametrize("_", range(5))
def test_of_a_reset_and_a_change_of_the_address_at_once_one_succeeds(
    ada: Owner, mailbox: Mailbox, _: int
) -> None:
    before = tokens(ada.service, ada.email)
    reset, change = reset_of(ada, mailbox), change_of(ada, mailbox)
    check_reset_or_changed(ada, before, *at_once([reset, change]))
    check_refused(reset, change)


@pytest.mark.parametrize("moment", MOMENTS)
def test_reset_that_a_change_of_the_address_overtakes_is_refused(
    ada: Owner, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, moment: tuple[object, str]
) -> None:
    before = tokens(ada.service, ada.email)
    reset, change = reset_of(ada, mailbox), change_of(ada, mailbox)
    once_before(monkeypatch, *moment, change)
    check_reset_or_changed(ada, before, outcome_of(reset), None)
    check_refused(reset, change)


@pytest.mark.parametrize("moment", [(links, "take"), (accounts, "set_address")])
def test_change_of_the_address_that_a_reset_overtakes_is_refused(
    ada: Owner, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, moment: tuple[object, str]
) -> None:
    before = tokens(ada.service, ada.email)
    reset, change = reset_of(ada, mailbox), change_of(ada, mailbox)
    once_before(monkeypatch, *moment, reset)
    check_reset_or_changed(ada, before, None, outcome_of(change))
    check_refused(reset, change)


@pytest.fixture
def changed(owner: Owner, mailbox: Mailbox) -> Tokens:
    """Tokens of a login with another address, to which a thief has changed the account."""
    resets.prove_address(owner)
    address_changes.change(owner, mailbox)
    return tokens(owner.service, ANOTHER)


def ways_of(owner: Owner, mailbox: Mailbox) -> tuple[Call, Call]:
    """Return the thief's reset of the password, and the owner's way back to the earlier address."""
    back = mailbox.token(owner.email)
    return reset_of(owner, mailbox, ANOTHER), partial(email_change.undo, back)


def check_given_back(owner: Owner, before: Tokens, mailbox: Mailbox, reset: Call, undo: Call) -> None:
    """Check that the earlier address has the account, which nobody enters but by the link mailed there."""
    check_dead(owner, before)
    check_refused(reset, undo)
    (account,) = accounts.accounts().find()
    assert account["email"] == owner.email
    assert opening(owner, owner.email) == opening(owner, ANOTHER) == set()
    assert resets.complete(owner.service, mailbox.token(owner.email), PASSWORD).status == 204
    assert opening(owner, owner.email) == {PASSWORD}
    assert sign_up_with(owner.service, ANOTHER).status == 201


@pytest.mark.parametrize("_", range(5))
def test_of_a_reset_and_a_way_back_at_once_the_earlier_address_gets_the_account(
    owner: Owner, changed: Tokens, mailbox: Mailbox, _: int
) -> None:
    reset, undo = ways_of(owner, mailbox)
    outcomes = at_once([reset, undo])
    assert outcomes[1] is None
    assert outcomes[0] is None or isinstance(outcomes[0], LinkNotFound)
    check_given_back(owner, changed, mailbox, reset, undo)


@pytest.mark.parametrize("moment", MOMENTS)
def test_reset_that_a_way_back_overtakes_is_refused(
    owner: Owner,
    changed: Tokens,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[object, str],
) -> None:
    reset, undo = ways_of(owner, mailbox)
    once_before(monkeypatch, *moment, undo)
    check_refused(reset)
    check_given_back(owner, changed, mailbox, reset, undo)


@pytest.mark.parametrize("moment", [(links, "take"), (accounts, "set_address")])
def test_way_back_that_a_reset_overtakes_succeeds(
    owner: Owner,
    changed: Tokens,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[object, str],
) -> None:
    """Its link is bound to no epoch: a thief must not end it by choosing another password."""
    reset, undo = ways_of(owner, mailbox)
    once_before(monkeypatch, *moment, reset)
    assert outcome_of(undo) is None
    check_given_back(owner, changed, mailbox, reset, undo)
