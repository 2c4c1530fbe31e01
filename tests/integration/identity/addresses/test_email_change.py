"""Changing the address of an account: the password asks for it, the mailbox and the account complete it."""

import io
from collections.abc import Callable

import pytest

from tenantry.identity.addresses import address_proof
from tenantry.identity.mail.limits import MAILS_PER_ADDRESS
from tenantry.identity.passwords import hash_password
from tenantry.runtime import mongodb
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
from tests.support.databases import Databases, failing
from tests.support.mailbox import APP_URL, Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.service import Service

FULL_WIDTH = "ada@" + "".join(chr(ord(letter) + 0xFEE0) for letter in "another") + ".example"


def test_address_changes_once_its_mailbox_and_the_account_agree(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    given = tokens(ada.service, ada.email)
    before = len(recorded(databases))
    link = link_to(ada, mailbox, "Ada@another.example")
    assert mailbox.sent[-1].urls == {f"{APP_URL}/change-email#token={link}"}
    assert account_of(ada.email)["auth_epoch"] == 0
    assert complete(ada, link).status == 204
    for token in (ada.token, given["access_token"]):
        assert ada.service.get("/account", token=token).status == 401
    refreshed = ada.service.post("/login/refresh", {"refresh_token": given["refresh_token"]})
    assert refreshed.status == 401
    assert ada.service.post("/login", {"email": ada.email, "password": PASSWORD}).status == 401
    shown = ada.service.get("/account", token=log_in(ada.service, "ADA@another.example")).json
    assert (shown["email"], shown["verified"]) == ("Ada@another.example", True)
    assert [each["id"] for each in shown["organizations"]] == [ada.id]
    (record, *_) = recorded(databases)[before:]
    assert (record["action"], record["details"]) == ("account.email_changed", {})
    assert record["actor"] == {"type": "account", "id": shown["id"]}
    assert record["account_id"] == shown["id"]
    databases.check_invariants()


def test_earlier_address_hears_of_it_as_it_was_written(
    service: Service, mailbox: Mailbox, databases: Databases
) -> None:
    ada = verified(sign_up(service, "Alpha", email="Ada@Example.com"), databases)
    change(ada, mailbox)
    mail = mailbox.to("Ada@example.com")[-1]
    assert mail.urls == {f"{APP_URL}/undo-email-change#token={mail.token}"}
    assert ANOTHER not in mail.plain + mail.html + mail.subject


def test_link_without_the_accounts_token_completes_nothing(ada: Owner, mailbox: Mailbox) -> None:
    """The stranger of a mistyped address has the link, and perhaps an account."""
    stranger = sign_up(ada.service, "Beta")
    link = link_to(ada, mailbox)
    anonymous = ada.service.post("/account/email-change/complete", {"token": link})
    assert (anonymous.status, anonymous.code) == (401, "invalid-token")
    answer = complete(ada, link, stranger.token)
    assert answer.apart_from_request_id == complete(ada, "x" * 42 + "w", stranger.token).apart_from_request_id
    assert (answer.status, answer.code) == (404, "link-not-found")
    assert undo(ada.service, link).code == "link-not-found"
    assert complete(ada, link).status == 204


def change_password(owner: Owner) -> str:
    body = {"current_password": PASSWORD, "new_password": CHOSEN}
    assert owner.service.put("/account/password", body, token=owner.token).status == 204
    return log_in(owner.service, owner.email, password=CHOSEN)


def log_out_everywhere(owner: Owner) -> str:
    assert owner.service.post("/logout/everywhere", token=owner.token).status == 204
    return log_in(owner.service, owner.email)


def have_it_taken_over(owner: Owner) -> str:
    """Let the owner of the address reset the password; the link was an attacker's (unexpired change)."""
    account, password_hash = account_of(owner.email), hash_password(CHOSEN)
    mongodb.run_transaction(
        lambda session: address_proof.take_over(account, password_hash, "reset-password", session)
    )
    return log_in(owner.service, owner.email, password=CHOSEN)


@pytest.mark.parametrize("revoke", [change_password, log_out_everywhere, have_it_taken_over])
def test_link_is_dead_once_the_accounts_tokens_are(
    ada: Owner, mailbox: Mailbox, revoke: Callable[[Owner], str]
) -> None:
    link = link_to(ada, mailbox)
    token = revoke(ada)
    assert complete(ada, link, token).code == "link-not-found"
    assert account_of(ada.email)["email"] == ada.email


def test_request_whose_mail_is_late_gives_a_dead_link_as_well(ada: Owner, mailbox: Mailbox) -> None:
    assert ask(ada).status == 202
    token = change_password(ada)
    assert complete(ada, mailbox.token(ANOTHER), token).code == "link-not-found"


def test_link_works_once_and_ends_those_of_other_requests(ada: Owner, mailbox: Mailbox) -> None:
    links = [link_to(ada, mailbox, address) for address in (ANOTHER, THIRD)]
    assert complete(ada, links[0]).status == 204
    token = log_in(ada.service, ANOTHER)
    for link in links:
        assert complete(ada, link, token).code == "link-not-found"
    assert account_of(ANOTHER)["auth_epoch"] == 1


@pytest.mark.parametrize("spelling", [ANOTHER, "ADA@Another.example", FULL_WIDTH])
def test_address_that_somebody_else_signs_up_with_meanwhile_is_theirs(
    ada: Owner, mailbox: Mailbox, databases: Databases, spelling: str
) -> None:
    link = link_to(ada, mailbox)
    assert sign_up_with(ada.service, spelling).status == 201
    before = databases.fingerprint()
    answer = complete(ada, link)
    assert (answer.status, answer.code) == (409, "email-taken")
    assert databases.fingerprint() == before
    databases.check_invariants()


@pytest.mark.parametrize(
    ("wanted", "spelling"),
    [
        ("straße@example.com", "STRASSE@example.com"),
        ("o\ufb03ce@example.com", "office@example.com"),
        ("\u03c3\u03c2@example.com", "\u03a3\u03a3@example.com"),
    ],
)
def test_address_is_one_in_all_spellings(
    ada: Owner, mailbox: Mailbox, databases: Databases, wanted: str, spelling: str
) -> None:
    token = change(ada, mailbox, wanted)
    assert log_in(ada.service, spelling)
    assert ada.service.get("/account", token=token).json["email"] == wanted
    assert sign_up_with(ada.service, spelling).code == "email-taken"
    change(ada, mailbox, ANOTHER, token)
    assert sign_up_with(ada.service, spelling).code == "email-taken"  # held now
    databases.check_invariants()


def test_dotless_i_is_another_address(ada: Owner, mailbox: Mailbox) -> None:
    sign_up(ada.service, "Beta", email="admin@example.com")
    assert change(ada, mailbox, "adm\u0131n@example.com")


def test_address_that_was_never_proved_gets_no_way_back_and_is_free(
    owner: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    """It may be a stranger's, mistyped at sign-up: the link would be the account's."""
    before = len(recorded(databases))
    change(owner, mailbox)
    assert mailbox.to(owner.email)[-1].urls == set()
    assert held(databases) == []
    assert account_of(ANOTHER).keys() >= {"verified_at"}
    assert [record["action"] for record in recorded(databases)[before:]][:2] == [
        "account.verified",
        "account.email_changed",
    ]
    assert sign_up_with(owner.service, owner.email).status == 201


def test_counters_stay_with_the_address(ada: Owner, mailbox: Mailbox) -> None:
    for _ in range(10):
        assert ada.service.post("/login", {"email": ada.email, "password": "wrong"}).status == 401
    link = link_to(ada, mailbox)
    assert complete(ada, link).status == 204
    assert ada.service.post("/login", {"email": ada.email, "password": "wrong"}).status == 429
    assert log_in(ada.service, ANOTHER)


@pytest.mark.parametrize("collection", ["audit", "mails", "email_holds", "accounts"])
def test_killed_completion_leaves_everything_as_it_was(
    ada: Owner, mailbox: Mailbox, databases: Databases, collection: str
) -> None:
    link = link_to(ada, mailbox)
    before = databases.fingerprint()
    namespace = f"{databases.master.name}.{collection}"
    command = "insert" if collection in {"audit", "mails"} else "update"
    with failing(databases.client, command, namespace=namespace, errorCode=11601):
        assert complete(ada, link).status == 503
    assert databases.fingerprint() == before
    assert complete(ada, link).status == 204


def test_neither_address_nor_token_is_recorded_or_logged(
    ada: Owner, mailbox: Mailbox, databases: Databases, log: io.StringIO
) -> None:
    ask(ada, password="wrong-" + PASSWORD)
    link = link_to(ada, mailbox)
    complete(ada, link)
    back = mailbox.token(ada.email)
    undo(ada.service, back)
    text = str(recorded(databases)) + str(list(databases.master["outbox"].find())) + log.getvalue()
    secrets = [link, back, ada.email, ANOTHER, PASSWORD, ada.token]
    assert [secret for secret in secrets if secret in text] == []


def test_stranger_whose_address_is_given_up_again_and_again_gets_five_mails(
    service: Service, mailbox: Mailbox, databases: Databases
) -> None:
    """Each sign-up with the address ends with a change to one of the attacker's own."""
    stranger = "stranger@example.com"
    for number in range(MAILS_PER_ADDRESS + 2):
        attacker = sign_up(service, f"Trap {number}", email=stranger)
        change(attacker, mailbox, f"mallory+{number}@example.com")
    told = [mail for mail in mailbox.to(stranger) if "given up" in mail.subject]
    assert len(told) == MAILS_PER_ADDRESS
    assert databases.master["mails"].count_documents({}) == 0
