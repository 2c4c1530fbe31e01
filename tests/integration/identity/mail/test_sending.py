"""Mails are queued in a transaction and sent at least once; none stops the others."""

import io
from datetime import timedelta
from typing import Any

import pytest

from tenantry.errors import LinkNotFound, MailNotConfigured, TooManyRequests
from tenantry.identity import links
from tenantry.identity.mail import limits, queue, sending
from tenantry.identity.mail.kinds.kind import Kind
from tenantry.identity.mail.kinds.reset_password import RESET_PASSWORD
from tenantry.identity.mail.kinds.verify_email import VERIFY_EMAIL
from tenantry.identity.mail.sending import Outcome
from tenantry.identity.members import Membership
from tenantry.runtime import mongodb, request_context
from tests.support.databases import Databases
from tests.support.mailbox import APP_URL, MAIL_FROM, Mailbox
from tests.support.owners import email_of

ADDRESS = email_of("Google")


def put(to: str = ADDRESS, kind: Kind = VERIFY_EMAIL, **claims: Any) -> None:
    claims = claims or {"account_id": "acct_1"}
    mongodb.run_transaction(lambda session: queue.put(kind, to, session, claims=claims))  # type: ignore[arg-type]


def waiting(databases: Databases) -> list[str]:
    return [mail["to"] for mail in databases.master["mails"].find(sort=[("at", 1)])]


def age(databases: Databases, passed: timedelta) -> None:
    """Let time pass for all mails that wait."""
    earlier = {
        field: {"$subtract": [f"${field}", passed // timedelta(milliseconds=1)]}
        for field in ("at", "leased_until", "expires_at")
    }
    databases.master["mails"].update_many({}, [{"$set": earlier}])


def test_a_mail_is_sent_once_with_a_link(mailbox: Mailbox, databases: Databases) -> None:
    put()
    assert mailbox.send_waiting() == Outcome(sent=1)
    assert mailbox.send_waiting() == Outcome()
    (mail,) = mailbox.sent
    assert (mail.sender, mail.to, mail.subject) == (MAIL_FROM, ADDRESS, "Confirm your e-mail address")
    assert mail.urls == {f"{APP_URL}/verify-email#token={mail.token}"}
    assert links.find("verify-email", mail.token)["account_id"] == "acct_1"
    assert waiting(databases) == []


def test_what_is_rolled_back_is_not_sent(mailbox: Mailbox) -> None:
    def fail(session: Any) -> None:
        queue.put(VERIFY_EMAIL, ADDRESS, session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        mongodb.run_transaction(fail)
    assert mailbox.to(ADDRESS) == []


def test_without_a_sender_nothing_is_queued(databases: Databases) -> None:
    put()
    assert waiting(databases) == []
    with pytest.raises(MailNotConfigured):
        queue.check_configured()


def test_whoever_has_the_address_is_found_when_it_is_sent(
    member: Membership, mailbox: Mailbox, databases: Databases
) -> None:
    put(ADDRESS.upper(), RESET_PASSWORD)
    put("nobody@example.com", RESET_PASSWORD)
    known, unknown = databases.master["mails"].find()
    assert known.keys() == unknown.keys()
    assert mailbox.send_waiting() == Outcome(sent=1, needless=1)
    link = links.find("reset-password", mailbox.token(ADDRESS))
    assert link["email"] == ADDRESS
    assert waiting(databases) == []


def test_a_refused_mail_is_removed_and_the_others_are_sent(
    mailbox: Mailbox, databases: Databases, log: io.StringIO
) -> None:
    mailbox.refused = {"bad@example.com"}
    for address in ("bad@example.com", "good@example.com"):
        put(address)
    assert mailbox.send_waiting() == Outcome(sent=1, refused=1)
    assert [mail.to for mail in mailbox.sent] == ["good@example.com"]
    assert waiting(databases) == []
    assert "refused" in log.getvalue()
    assert "example.com" not in log.getvalue()


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "THROTTLED_SECONDS", 0)


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ThrottlingException"])
def test_throttled_mails_are_sent_in_their_order(
    mailbox: Mailbox, databases: Databases, no_pause: None, code: str
) -> None:
    addresses = [f"{number}@example.com" for number in range(3)]
    for address in addresses:
        put(address)
    mailbox.errors = [code] * 3
    assert mailbox.send_waiting() == Outcome()
    assert waiting(databases) == addresses
    mailbox.errors = [code] * 2
    assert mailbox.send_waiting() == Outcome(sent=3)
    assert [mail.to for mail in mailbox.sent] == addresses


def test_after_three_failures_a_run_ends(mailbox: Mailbox, databases: Databases, log: io.StringIO) -> None:
    for number in range(5):
        put(f"{number}@example.com")
    mailbox.errors = ["InternalServiceErrorException"] * 4
    assert mailbox.send_waiting() == Outcome(failed=3)
    assert len(waiting(databases)) == 5
    assert "example.com" not in log.getvalue()
    mailbox.errors = []
    assert mailbox.send_waiting() == Outcome(sent=2)  # those that failed are put off for a while
    age(databases, timedelta(minutes=2))
    assert mailbox.send_waiting() == Outcome(sent=3)


def test_a_mail_that_cannot_be_written_does_not_stop_the_others(
    mailbox: Mailbox, databases: Databases
) -> None:
    put("broken@example.com")
    databases.master["mails"].update_one({}, {"$unset": {"values": ""}})
    put("good@example.com")
    assert mailbox.send_waiting() == Outcome(sent=1, failed=1)
    assert [mail.to for mail in mailbox.sent] == ["good@example.com"]
    assert waiting(databases) == ["broken@example.com"]


def test_a_mail_is_dropped_once_its_link_would_have_ended(mailbox: Mailbox, databases: Databases) -> None:
    put()
    age(databases, timedelta(minutes=30))
    assert mailbox.send_waiting() == Outcome(expired=1)
    assert mailbox.sent == []
    assert waiting(databases) == []


def test_a_link_ends_as_counted_from_the_request(mailbox: Mailbox, databases: Databases) -> None:
    put()
    age(databases, timedelta(minutes=29))
    token = mailbox.token(ADDRESS)
    databases.master["links"].update_one(
        {}, [{"$set": {"expires_at": {"$subtract": ["$expires_at", 61_000]}}}]
    )
    with pytest.raises(LinkNotFound):
        links.find("verify-email", token)


def test_many_sign_ups_do_not_hold_up_a_reset(member: Membership, mailbox: Mailbox) -> None:
    for number in range(50):
        put(f"{number}@example.com")
    put(ADDRESS, RESET_PASSWORD)
    mailbox.send_waiting()
    assert ADDRESS in [mail.to for mail in mailbox.sent[:2]]
    assert len(mailbox.sent) == 51


def test_what_another_sender_has_is_left_to_it(mailbox: Mailbox, databases: Databases) -> None:
    put()
    assert sending._lease_oldest("verify-email") is not None
    assert mailbox.send_waiting() == Outcome()
    age(databases, sending.LEASE)
    assert mailbox.send_waiting() == Outcome(sent=1)


def test_an_address_gets_five_of_a_kind_an_hour(databases: Databases) -> None:
    for _ in range(5):
        limits.admit(RESET_PASSWORD, ADDRESS)
    with pytest.raises(TooManyRequests) as refusal:
        limits.admit(RESET_PASSWORD, ADDRESS.upper())
    assert 0 < refusal.value.retry_after_seconds <= 12 * 60
    limits.admit(VERIFY_EMAIL, ADDRESS)
    limits.admit(RESET_PASSWORD, "x" + ADDRESS)


def test_a_source_asks_for_fifty_an_hour(databases: Databases) -> None:
    with request_context.answering("request", "192.0.2.1"):
        for number in range(50):
            limits.admit(RESET_PASSWORD, f"{number}@example.com")
        with pytest.raises(TooManyRequests):
            limits.admit(VERIFY_EMAIL, ADDRESS)
    with request_context.answering("request", "192.0.2.2"):
        for _ in range(5):
            limits.admit(VERIFY_EMAIL, ADDRESS)
        with pytest.raises(TooManyRequests):
            limits.admit(VERIFY_EMAIL, ADDRESS)
