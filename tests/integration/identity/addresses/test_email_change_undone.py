"""Taking a change of the address back: what the earlier address gets, and what nobody can take from it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tenantry.identity import unused_accounts
from tenantry.identity.addresses import email_holds
from tenantry.lifecycle import deleting
from tenantry.runtime import moments
from tests.integration.audit.records import recorded
from tests.integration.identity.addresses.address_changes import (
    ANOTHER,
    CHOSEN,
    THIRD,
    account_of,
    ask,
    change,
    complete,
    held,
    link_to,
    sign_up_with,
    undo,
    verified,
)
from tests.support import library
from tests.support.databases import Databases, failing
from tests.support.mailbox import APP_URL, Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.service import Service


def test_earlier_address_comes_back_and_whoever_knew_the_password_is_out(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    thief = tokens(ada.service, ada.email)
    change(ada, mailbox)
    known = tokens(ada.service, ANOTHER)
    back = mailbox.token(ada.email)
    before = len(recorded(databases))
    assert undo(ada.service, back).status == 204
    for given in (thief, known):
        assert ada.service.get("/account", token=given["access_token"]).status == 401
        refreshed = ada.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
        assert refreshed.status == 401
    for email in (ada.email, ANOTHER):
        credentials = {"email": email, "password": PASSWORD, "device_token": known["device_token"]}
        assert ada.service.post("/login", credentials).code == "invalid-credentials"
    account = account_of(ada.email)
    (record,) = recorded(databases)[before : before + 1]
    assert (record["action"], record["details"]) == ("account.email_change_undone", {})
    assert record["actor"] == {"type": "account", "id": account["_id"]}
    assert "verified_at" in account
    assert mailbox.to(ANOTHER)[-1].urls == set()
    assert mailbox.to(ada.email)[-1].urls == {f"{APP_URL}/reset-password#token={mailbox.token(ada.email)}"}
    assert held(databases) == []
    assert sign_up_with(ada.service, ANOTHER).status == 201
    databases.check_invariants()


def change_password(owner: Owner, token: str) -> str:
    body = {"current_password": PASSWORD, "new_password": CHOSEN}
    assert owner.service.put("/account/password", body, token=token).status == 204
    return log_in(owner.service, ANOTHER, password=CHOSEN)


def log_out_everywhere(owner: Owner, token: str) -> str:
    assert owner.service.post("/logout/everywhere", token=token).status == 204
    return log_in(owner.service, ANOTHER)


@pytest.mark.parametrize("entrench", [change_password, log_out_everywhere])
def test_nothing_that_a_thief_does_to_the_account_takes_the_way_back(
    ada: Owner, mailbox: Mailbox, entrench: Callable[[Owner, str], str]
) -> None:
    token = entrench(ada, change(ada, mailbox))
    assert undo(ada.service, mailbox.token(ada.email)).status == 204
    assert ada.service.get("/account", token=token).status == 401
    for password in (PASSWORD, CHOSEN):
        credentials = {"email": ada.email, "password": password}
        assert ada.service.post("/login", credentials).status == 401


def test_first_address_takes_all_changes_back_and_the_ways_back_to_later_ones(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    """A thief who goes on from the own first address to the next gets a way back to it, too."""
    second = change(ada, mailbox, ANOTHER)
    change(ada, mailbox, THIRD, second)
    of_thief = mailbox.token(ANOTHER)
    assert held(databases) == sorted([ada.email, ANOTHER])
    assert undo(ada.service, mailbox.token(ada.email)).status == 204
    assert held(databases) == []
    assert databases.master["links"].count_documents({"purpose": "undo-email-change"}) == 0
    assert undo(ada.service, of_thief).code == "link-not-found"
    assert account_of(ada.email)["auth_epoch"] == 3
    for address in (ANOTHER, THIRD):
        assert sign_up_with(ada.service, address, address).status == 201


def test_way_back_to_a_later_address_leaves_that_to_an_earlier_one(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    """Or a thief would use the own one to take the owner's away."""
    second = change(ada, mailbox, ANOTHER)
    back = mailbox.token(ada.email)
    change(ada, mailbox, THIRD, second)
    assert undo(ada.service, mailbox.token(ANOTHER)).status == 204
    assert held(databases) == [ada.email]
    assert sign_up_with(ada.service, ada.email).code == "email-taken"
    assert undo(ada.service, back).status == 204
    assert account_of(ada.email)


def test_way_back_whose_mail_is_late_ends_with_the_others(ada: Owner, mailbox: Mailbox) -> None:
    """The mail to the thief's first address waits while the owner takes everything back."""
    second = change(ada, mailbox, ANOTHER)
    back, link = mailbox.token(ada.email), link_to(ada, mailbox, THIRD, second)
    assert complete(ada, link, second).status == 204
    assert undo(ada.service, back).status == 204
    assert undo(ada.service, mailbox.token(ANOTHER)).code == "link-not-found"


def test_pending_change_ends_with_a_change_that_is_taken_back(ada: Owner, mailbox: Mailbox) -> None:
    second = change(ada, mailbox, ANOTHER)
    back, pending = mailbox.token(ada.email), link_to(ada, mailbox, THIRD, second)
    assert undo(ada.service, back).status == 204
    assert complete(ada, pending, second).status == 401
    assert account_of(ada.email)


def test_owner_who_has_come_back_gives_the_address_up_again(ada: Owner, mailbox: Mailbox) -> None:
    first = change(ada, mailbox, ANOTHER)
    second = change(ada, mailbox, ada.email, first)
    change(ada, mailbox, THIRD, second)
    assert undo(ada.service, mailbox.token(ada.email)).status == 204
    assert account_of(ada.email)


def test_way_back_works_once_and_is_for_nothing_else(ada: Owner, mailbox: Mailbox) -> None:
    token = change(ada, mailbox)
    back = mailbox.token(ada.email)
    assert complete(ada, back, token).code == "link-not-found"
    assert [undo(ada.service, back).status for _ in range(2)] == [204, 404]
    assert account_of(ada.email)["auth_epoch"] == 2


@pytest.mark.parametrize("ended", ["email_holds", "links"])
def test_way_back_ends_after_seven_days(
    ada: Owner, mailbox: Mailbox, databases: Databases, ended: str
) -> None:
    change(ada, mailbox)
    back = mailbox.token(ada.email)
    (hold,), (link,) = databases.master["email_holds"].find(), databases.master["links"].find()
    field = {"email_holds": "held_until", "links": "expires_at"}
    for moment in (hold["held_until"], link["expires_at"]):
        assert timedelta(days=6.9) < moment - moments.now() <= timedelta(days=7)
    databases.master[ended].update_many({}, {"$set": {field[ended]: moments.now()}})
    before = databases.fingerprint()
    assert undo(ada.service, back).code == "link-not-found"
    assert databases.fingerprint() == before


def test_way_back_to_what_is_held_for_another_account_is_none(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    change(ada, mailbox)
    back = mailbox.token(ada.email)
    stranger = sign_up(ada.service, "Beta")
    theirs = {"$set": {"account_id": account_of(stranger.email)["_id"]}}
    databases.master["email_holds"].update_one({}, theirs)
    assert undo(ada.service, back).code == "link-not-found"


def test_held_address_is_nobody_elses_and_free_once_the_hold_has_ended(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    stranger = verified(sign_up(ada.service, "Beta"), databases)
    taken = sign_up_with(ada.service, stranger.email, "Gamma")
    token = change(ada, mailbox)
    refused = sign_up_with(ada.service, ada.email.upper(), "Gamma")
    assert refused.apart_from_request_id == taken.apart_from_request_id
    assert ask(stranger, ada.email).status == 202
    assert mailbox.to(ada.email)[-1].urls == set()
    databases.master["email_holds"].update_many({}, {"$set": {"held_until": moments.now()}})
    assert sign_up_with(ada.service, ada.email, "Gamma").status == 201
    assert ada.service.get("/account", token=token).json["email"] == ANOTHER
    databases.check_invariants()


def test_link_to_an_address_that_has_been_given_up_since_is_refused(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    """The link was sent while nobody had the address; then Ada had it for a while."""
    stranger = sign_up(ada.service, "Beta")
    link = link_to(stranger, mailbox, ANOTHER)
    databases.master["login_attempts"].delete_many({})
    change(ada, mailbox, THIRD, change(ada, mailbox, ANOTHER))
    assert complete(stranger, link).code == "email-taken"
    databases.check_invariants()


def test_hold_ends_with_its_account(ada: Owner, mailbox: Mailbox, databases: Databases) -> None:
    token = change(ada, mailbox)
    back = mailbox.token(ada.email)
    assert ada.service.delete(ada.path, token=token).status == 204
    account = account_of(ANOTHER)
    library.let_time_pass(account["_id"], unused_accounts.KEPT_FOR)
    assert list(unused_accounts.end_all()) == [account["_id"]]
    assert held(databases) == []
    assert undo(ada.service, back).code == "link-not-found"
    assert sign_up_with(ada.service, ada.email).status == 201
    databases.check_invariants()


def test_account_without_organization_takes_its_address_back(
    service: Service, ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    """A thief has deleted what there was."""
    change(ada, mailbox)
    account = account_of(ANOTHER)
    deleting.delete(library.membership(account["_id"], ada.id))
    assert undo(service, mailbox.token(ada.email)).status == 204
    assert "without_organization_since" in account_of(ada.email)
    databases.check_invariants()


@pytest.mark.parametrize("collection", ["audit", "mails", "accounts"])
def test_killed_undoing_leaves_everything_as_it_was(
    ada: Owner, mailbox: Mailbox, databases: Databases, collection: str
) -> None:
    change(ada, mailbox)
    back = mailbox.token(ada.email)
    before = databases.fingerprint()
    namespace = f"{databases.master.name}.{collection}"
    command = "update" if collection == "accounts" else "insert"
    with failing(databases.client, command, namespace=namespace, errorCode=11601):
        assert undo(ada.service, back).status == 503
    assert databases.fingerprint() == before
    assert undo(ada.service, back).status == 204


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é" * 43, "\0" * 43, "\ud800", "a" * 100])
def test_what_is_no_link_is_not_found(ada: Owner, databases: Databases, token: str) -> None:
    before = databases.fingerprint()
    for answer in (complete(ada, token), undo(ada.service, token)):
        assert (answer.status, answer.code) in {(404, "link-not-found"), (400, "malformed-request")}
    assert databases.fingerprint() == before


def test_holds_are_of_seven_days(databases: Databases) -> None:
    assert timedelta(days=7) == email_holds.HELD_FOR
    indexes = databases.master["email_holds"].list_indexes()
    (index,) = [index for index in indexes if "expireAfterSeconds" in index]
    assert (dict(index["key"]), index["expireAfterSeconds"]) == ({"held_until": 1}, 0)


def test_address_that_is_only_folded_alike_takes_no_way_back(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    """A thief who has a domain that is folded like the owner's gives the account its address, and another."""
    ada = verified(sign_up(owner.service, "Beta", email="ada@strasse.example"), databases)
    alike, delivered = "ada@stra\u00dfe.example", "ada@xn--strae-oqa.example"
    token = change(ada, mailbox)
    back = mailbox.token(ada.email)
    assert ask(ada, alike, token=token).status == 202
    assert complete(ada, mailbox.token(delivered), token).status == 204
    change(ada, mailbox, THIRD, log_in(ada.service, alike))
    backs_of_thief = [mailbox.token(ANOTHER), mailbox.token(delivered)]
    assert undo(ada.service, back).status == 204
    account = account_of(ada.email)
    assert "address" not in account
    for link in backs_of_thief:
        assert undo(ada.service, link).code == "link-not-found"
    assert account_of(ada.email) == account
