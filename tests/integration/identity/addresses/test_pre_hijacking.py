"""Somebody who signs up with another's address, and what is left of it once its owner verifies the address.

The attacks are those of Sudhodanan and Paverd, "Pre-hijacked accounts" (USENIX Security 2022), as far as
there is something to attack: there are no identity providers, and an account has one address.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tenantry.errors import EmailNotVerified, LinkNotFound
from tenantry.identity import accounts, links
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import unverified_accounts
from tenantry.runtime import moments
from tests.integration.identity.addresses.test_email_verification import COMPLETE
from tests.integration.identity.resets import (
    Event,
    ask,
    change_password,
    complete,
    end_account,
    log_out,
    mailed_token,
)
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.service import Service

VICTIM = "victim@example.com"
CHOSEN = "what the owner of the address chooses"


@pytest.fixture
def attacker(mailbox: Mailbox, service: Service) -> Owner:
    """Somebody who has signed up with the victim's address."""
    return sign_up(service, "Trap", email=VICTIM)


def account() -> AccountDocument:
    stored = accounts.find_by_email(VICTIM)
    assert stored is not None
    return stored


@pytest.fixture
def come_back(mailbox: Mailbox, service: Service) -> Callable[[], None]:
    """Be the victim, who reads the mails to the address and chooses a password."""

    def come_back() -> None:
        assert ask(service, VICTIM).status == 202
        assert complete(service, mailed_token(mailbox, VICTIM), CHOSEN).status == 204

    return come_back


def test_session_that_waits_for_the_owner_is_dead(
    attacker: Owner, service: Service, come_back: Callable[[], None]
) -> None:
    waiting = tokens(service, VICTIM)
    come_back()
    assert service.get(attacker.path, token=attacker.token).status == 401
    assert service.get("/account", token=waiting["access_token"]).status == 401
    assert service.post("/login/refresh", {"refresh_token": waiting["refresh_token"]}).status == 401
    credentials = {"email": VICTIM, "password": PASSWORD, "device_token": waiting["device_token"]}
    assert service.post("/login", credentials).status == 401
    sessions = service.get("/account/sessions", token=log_in(service, VICTIM, password=CHOSEN)).json
    assert [session["current"] for session in sessions["sessions"]] == [True]


@pytest.mark.parametrize("purpose", ["verify-email", "reset-password", "change-email"])
def test_link_that_waits_for_the_owner_is_dead(
    attacker: Owner, databases: Databases, purpose: links.Purpose, come_back: Callable[[], None]
) -> None:
    """Such as one that changes the address to the attacker's."""
    claims: links.Claims = {"account_id": account()["_id"], "auth_epoch": account()["auth_epoch"]}
    token = links.create("mail_1", purpose, claims, moments.now() + links.LIFETIMES[purpose])
    assert links.find(purpose, token)
    come_back()
    with pytest.raises(LinkNotFound):
        links.find(purpose, token)


def test_nobody_else_waits_in_the_organization(
    attacker: Owner, databases: Databases, come_back: Callable[[], None]
) -> None:
    with pytest.raises(EmailNotVerified):
        unverified_accounts.check_may_invite(account())
    come_back()
    (member,) = databases.master["members"].find({"organization_id": attacker.id})
    assert member["account_id"] == account()["_id"]
    unverified_accounts.check_may_invite(account())


def test_click_of_the_owner_verifies_nothing(attacker: Owner, mailbox: Mailbox, service: Service) -> None:
    """Who reads the mail has no token of the account, and the link works with no other."""
    link, victim = {"token": mailbox.token(VICTIM)}, sign_up(service, "Elsewhere", email="me@example.com")
    assert service.post(COMPLETE, link).status == 401
    assert service.post(COMPLETE, link, token=victim.token).status == 404
    assert not accounts.is_verified(account())


def test_attacker_gets_no_link_however_many_are_asked_for(attacker: Owner, mailbox: Mailbox) -> None:
    answer = attacker.service.post("/account/email-verification", token=attacker.token)
    assert (answer.status, answer.text) == (202, "")
    assert {mail.to for mail in mailbox.to(VICTIM)} == {VICTIM}
    shown = attacker.service.get(f"{attacker.path}/audit", token=attacker.token).text
    assert all(mail.token not in shown for mail in mailbox.sent)


def test_answer_of_the_sign_up_is_given_to_nobody_again(
    mailbox: Mailbox, service: Service, come_back: Callable[[], None]
) -> None:
    wanted = {"name": "Trap", "email": VICTIM, "password": PASSWORD}
    key = {"Idempotency-Key": "one"}
    assert service.post("/organizations", wanted, headers=key).status == 201
    come_back()
    assert service.post("/organizations", wanted, headers=key).code == "idempotency-key-reused"


def test_address_is_not_blocked_by_who_signed_up_with_it_first(
    attacker: Owner, service: Service, databases: Databases, come_back: Callable[[], None]
) -> None:
    taken = service.post("/organizations", {"name": "Mine", "email": VICTIM, "password": CHOSEN})
    assert (taken.status, taken.code) == (409, "email-taken")
    assert "/account/password-reset" in taken.json["detail"]
    come_back()
    token = log_in(service, VICTIM, password=CHOSEN)
    assert service.get("/account", token=token).json["verified"] is True
    assert service.post("/organizations", {"name": "Mine"}, token=token).status == 201
    databases.check_invariants()


def sign_up_again(attacker: Owner) -> None:
    """End the account, and take the address at once."""
    end_account(attacker)
    sign_up(attacker.service, "Second trap", email=VICTIM)


@pytest.mark.parametrize("event", [change_password, log_out, sign_up_again])
def test_attacker_cannot_make_the_owners_link_die(
    attacker: Owner, service: Service, mailbox: Mailbox, event: Event
) -> None:
    """Neither after the mail was sent nor before: it could be done all day."""
    assert ask(service, VICTIM).status == 202
    token = mailed_token(mailbox, VICTIM)
    event(attacker)
    assert complete(service, token, CHOSEN).status == 204
    assert log_in(service, VICTIM, password=CHOSEN)
    assert complete(service, token, PASSWORD).status == 404


@pytest.mark.parametrize("changed", [{"email": "other@example.com"}, {"verified_at": moments.now()}])
def test_owners_link_is_for_an_address_that_is_not_proved(
    attacker: Owner, service: Service, mailbox: Mailbox, databases: Databases, changed: dict[str, Any]
) -> None:
    assert ask(service, VICTIM).status == 202
    token = mailed_token(mailbox, VICTIM)
    databases.master["accounts"].update_one({"email": VICTIM}, {"$set": changed})
    before = databases.master["accounts"].find_one()
    refused = complete(service, token, CHOSEN)
    assert (refused.status, refused.code) == (404, "link-not-found")
    assert databases.master["accounts"].find_one() == before


def test_link_that_was_mailed_to_an_address_folded_alike_takes_no_account(
    service: Service, mailbox: Mailbox, databases: Databases
) -> None:
    """Two domains, which may have two owners, are one address for accounts."""
    attacker = sign_up(service, "Trap", email="ada@stra\u00dfe.example")
    assert ask(service, attacker.email).status == 202
    token = mailed_token(mailbox, "ada@xn--strae-oqa.example")
    end_account(attacker)
    sign_up(service, "Beta", email="ada@strasse.example")
    before = list(databases.master["accounts"].find())
    assert complete(service, token, CHOSEN).code == "link-not-found"
    assert list(databases.master["accounts"].find()) == before
