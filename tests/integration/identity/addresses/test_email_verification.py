"""Proving the address of one's account: a link that was mailed comes back with a token of the account."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tenantry.identity import accounts, links
from tenantry.identity.addresses import email_verification
from tenantry.identity.mail.limits import MAILS_PER_ADDRESS
from tenantry.lifecycle import deleting
from tenantry.runtime import moments
from tests.integration.audit.records import recorded
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, failing
from tests.support.mailbox import APP_URL, Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Answer, Service

COMPLETE = "/account/email-verification/complete"
REQUEST = "/account/email-verification"


def complete(owner: Owner, token: str) -> Answer:
    return owner.service.post(COMPLETE, {"token": token}, token=owner.token)


def is_verified(owner: Owner) -> bool:
    return bool(owner.service.get("/account", token=owner.token).json["verified"])


@pytest.fixture
def ada(mailbox: Mailbox, service: Service) -> Owner:
    """Somebody who has just signed up."""
    return sign_up(service, "Engines")


def test_sign_up_mails_a_link_that_proves_the_address(ada: Owner, mailbox: Mailbox) -> None:
    (mail,) = mailbox.to(ada.email)
    assert mail.urls == {f"{APP_URL}/verify-email#token={mail.token}"}
    assert not is_verified(ada)
    answer = complete(ada, mail.token)
    assert (answer.status, answer.text) == (204, "")
    assert is_verified(ada)


def test_mail_goes_to_the_address_as_it_was_written(mailbox: Mailbox, service: Service) -> None:
    sign_up(service, "Engines", email="Ada.Lovelace@Example.com")
    assert len(mailbox.to("Ada.Lovelace@example.com")) == 1


def test_sign_up_that_fails_mails_nothing(mailbox: Mailbox, ada: Owner, databases: Databases) -> None:
    mailbox.send_waiting()
    taken = {"name": "Engines", "email": "grace@example.com", "password": PASSWORD}
    assert ada.service.post("/organizations", taken).code == "organization-exists"
    assert ada.service.post("/organizations", taken | {"name": "B", "email": ada.email}).code == "email-taken"
    namespace = f"{databases.master.name}.audit"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        assert ada.service.post("/organizations", taken | {"name": "C"}).status == 503
    assert list(databases.master["mails"].find()) == []


def test_what_cannot_be_queued_does_not_happen(
    mailbox: Mailbox, service: Service, databases: Databases
) -> None:
    wanted = {"name": "Engines", "email": "ada@example.com", "password": PASSWORD}
    namespace = f"{databases.master.name}.mails"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        assert service.post("/organizations", wanted).status == 503
    assert accounts.find_by_email("ada@example.com") is None
    databases.check_invariants()


def test_repeated_sign_up_mails_once(mailbox: Mailbox, service: Service) -> None:
    wanted = {"name": "Engines", "email": "ada@example.com", "password": PASSWORD}
    for _ in range(3):
        answer = service.post("/organizations", wanted, headers={"Idempotency-Key": "one"})
        assert answer.status == 201
    assert len(mailbox.to("ada@example.com")) == 1


def test_further_organization_of_an_account_mails_nothing(ada: Owner, mailbox: Mailbox) -> None:
    assert ada.service.post("/organizations", {"name": "Second"}, token=ada.token).status == 201
    assert len(mailbox.to(ada.email)) == 1


def test_address_gets_few_mails_however_often_somebody_signs_up_with_it(
    mailbox: Mailbox, databases: Databases
) -> None:
    for number in range(MAILS_PER_ADDRESS + 2):
        member = library.create(f"Engines {number}", "victim@example.com")
        deleting.delete(member)
        databases.master["accounts"].delete_many({})
    assert len(mailbox.to("victim@example.com")) == MAILS_PER_ADDRESS


def test_where_no_mail_is_sent_a_sign_up_queues_none_and_a_link_cannot_be_asked_for(
    owner: Owner, databases: Databases
) -> None:
    assert list(databases.master["mails"].find()) == []
    answer = owner.service.post(REQUEST, token=owner.token)
    assert (answer.status, answer.code) == (503, "mail-not-configured")
    assert list(databases.master["mails"].find()) == []


def test_another_link_can_be_asked_for_until_the_address_is_proved(ada: Owner, mailbox: Mailbox) -> None:
    assert ada.service.post(REQUEST, token=ada.token).status == 202
    first, second = [mail.token for mail in mailbox.to(ada.email)]
    assert complete(ada, second).status == 204
    assert ada.service.post(REQUEST, token=ada.token).status == 204
    assert len(mailbox.to(ada.email)) == 2
    assert complete(ada, first).status == 404


def test_address_gets_few_links(ada: Owner, mailbox: Mailbox) -> None:
    answers = [ada.service.post(REQUEST, token=ada.token) for _ in range(MAILS_PER_ADDRESS)]
    assert [answer.status for answer in answers] == [202] * (MAILS_PER_ADDRESS - 1) + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len(mailbox.to(ada.email)) == MAILS_PER_ADDRESS


def test_link_works_once(ada: Owner, mailbox: Mailbox, databases: Databases) -> None:
    before, token = len(recorded(databases)), mailbox.token(ada.email)
    assert [complete(ada, token).status for _ in range(2)] == [204, 404]
    (record,) = recorded(databases)[before:]
    assert (record["action"], record["details"]) == ("account.verified", {"purpose": "verify-email"})


def test_of_uses_at_once_one_proves_the_address(ada: Owner, mailbox: Mailbox, databases: Databases) -> None:
    account = accounts.find_by_email(ada.email)
    assert account is not None
    caller, token = library.identity(account["_id"]), mailbox.token(ada.email)
    outcomes = at_once([partial(email_verification.complete, caller, token)] * 4)
    assert outcomes.count(None) == 1
    actions = [record["action"] for record in recorded(databases)]
    assert actions.count("account.verified") == 1


def change_password(ada: Owner, databases: Databases) -> Owner:
    chosen = f"{PASSWORD} changed"
    body = {"current_password": PASSWORD, "new_password": chosen}
    assert ada.service.put("/account/password", body, token=ada.token).status == 204
    return Owner(ada.service, ada.email, ada.organization, log_in(ada.service, ada.email, password=chosen))


def log_out_everywhere(ada: Owner, databases: Databases) -> Owner:
    assert ada.service.post("/logout/everywhere", token=ada.token).status == 204
    return Owner(ada.service, ada.email, ada.organization, log_in(ada.service, ada.email))


def expire(ada: Owner, databases: Databases) -> Owner:
    databases.master["links"].update_many({}, {"$set": {"expires_at": moments.now()}})
    return ada


@pytest.mark.parametrize("meanwhile", [change_password, log_out_everywhere, expire])
def test_link_dies_with_time_password_and_sessions(
    ada: Owner, mailbox: Mailbox, databases: Databases, meanwhile: Callable[[Owner, Databases], Owner]
) -> None:
    token = mailbox.token(ada.email)
    again = meanwhile(ada, databases)
    refused = complete(again, token)
    assert (refused.status, refused.code) == (404, "link-not-found")
    assert not is_verified(again)


def test_mail_that_was_queued_before_the_password_changed_proves_nothing(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    again = change_password(ada, databases)
    assert complete(again, mailbox.token(ada.email)).status == 404


def test_link_lives_half_an_hour_from_when_it_was_asked_for(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    mailbox.send_waiting()
    (link,) = databases.master["links"].find()
    left = link["expires_at"] - moments.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_reader_of_the_mail_proves_nothing_with_another_account_and_uses_up_no_link(
    ada: Owner, mailbox: Mailbox, service: Service, databases: Databases
) -> None:
    """Whoever signed up with the address is not who reads its mail; the reader has another account."""
    token, reader = mailbox.token(ada.email), sign_up(service, "Reader")
    before = databases.dump(apart_from={"mails"})
    refused = complete(reader, token)
    assert (refused.status, refused.code) == (404, "link-not-found")
    unknown = complete(reader, token[:-1] + ("A" if token[-1] != "A" else "E"))
    assert refused.apart_from_request_id == unknown.apart_from_request_id
    assert databases.dump(apart_from={"mails"}) == before
    assert not is_verified(reader)
    assert complete(ada, token).status == 204


def test_link_without_a_token_of_the_account_proves_nothing(ada: Owner, mailbox: Mailbox) -> None:
    token = mailbox.token(ada.email)
    assert ada.service.post(COMPLETE, {"token": token}).status == 401
    assert not is_verified(ada)


@pytest.mark.parametrize("purpose", ["reset-password", "change-email", "undo-email-change", "invitation"])
def test_link_for_something_else_proves_nothing(ada: Owner, databases: Databases, purpose: Any) -> None:
    account = accounts.find_by_email(ada.email)
    assert account is not None
    claims: links.Claims = {"account_id": account["_id"], "auth_epoch": account["auth_epoch"]}
    token = links.create("mail_1", purpose, claims, moments.now() + timedelta(minutes=1))
    assert complete(ada, token).status == 404
    assert databases.master["links"].count_documents({}) == 1


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 43, "é" * 43, "\0" * 43, "A" * 42 + "=", {"$gt": ""}, None, 1]
)
def test_token_that_is_none(ada: Owner, token: Any) -> None:
    answer = ada.service.post(COMPLETE, {"token": token}, token=ada.token)
    assert answer.status == (404 if isinstance(token, str) else 422), answer.text


def test_token_that_is_too_long(ada: Owner) -> None:
    for length, status in ((101, 422), (10_000, 422), (6_000_000, 413)):
        assert complete(ada, "A" * length).status == status


@pytest.mark.parametrize(
    ("command", "collection"),
    [
        ("find", "links"),
        ("delete", "links"),
        ("find", "accounts"),
        ("update", "accounts"),
        ("insert", "outbox"),
        ("insert", "audit"),
    ],
)
def test_proof_that_fails_at_any_command_leaves_the_link_and_proves_nothing(
    ada: Owner, mailbox: Mailbox, databases: Databases, command: str, collection: str
) -> None:
    token = mailbox.token(ada.email)
    namespace = f"{databases.master.name}.{collection}"
    with failing(databases.client, command, namespace=namespace, errorCode=11601):
        assert complete(ada, token).status == 503
    assert not is_verified(ada)
    assert complete(ada, token).status == 204
