"""The token of a link is in its mail and nowhere else; addresses are in no log, record or event."""

import base64
import hashlib
import io
from typing import Any

import bson
import pytest

from tenantry.identity.mail import queue
from tenantry.identity.mail.kinds.reset_password import RESET_PASSWORD
from tenantry.identity.mail.kinds.verify_email import VERIFY_EMAIL
from tenantry.identity.members import Membership
from tenantry.runtime import moments, mongodb
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import email_of
from tests.support.service import LambdaContext, handler

ADDRESS = email_of("Google")


def stored(databases: Databases) -> bytes:
    """Return all that both databases hold, views included."""
    return b"".join(
        bson.encode(document)
        for database in (databases.master, databases.tenants)
        for name in database.list_collection_names()
        for document in database[name].find()
    )


def test_no_token_is_stored_or_logged(
    member: Membership, mailbox: Mailbox, databases: Databases, log: io.StringIO, capsys: Any
) -> None:
    def queued(session: Any) -> None:
        queue.put(RESET_PASSWORD, ADDRESS, session)
        queue.put(VERIFY_EMAIL, ADDRESS, session, claims={"account_id": member.account_id, "auth_epoch": 0})
        queue.put(VERIFY_EMAIL, "refused@example.com", session, claims={"account_id": "acct_1"})

    mailbox.refused = {"refused@example.com"}
    mongodb.run_transaction(queued)
    before = stored(databases)
    handler("send_mail")({}, LambdaContext("send_mail"))
    everything = (before, stored(databases), (log.getvalue() + capsys.readouterr().out).encode())
    assert len(mailbox.sent) == 2
    for mail in mailbox.sent:
        octets = base64.urlsafe_b64decode(mail.token + "=")
        for where in everything:
            assert mail.token.encode() not in where
            assert octets not in where
            assert octets.hex().encode() not in where
        assert hashlib.sha256(octets).digest() in everything[1]
    assert ADDRESS.encode() not in everything[2]
    assert b"refused@example.com" not in everything[2]
    assert b"refused" in everything[2]


def test_what_is_waiting_does_not_tell_whether_there_is_an_account(
    member: Membership, mailbox: Mailbox, databases: Databases
) -> None:
    for address in (ADDRESS, "nobody@example.com"):
        mongodb.run_transaction(
            lambda session, address=address: queue.put(RESET_PASSWORD, address, session)  # type: ignore[misc]
        )
    known, unknown = databases.master["mails"].find()
    for field in ("_id", "to", "at", "leased_until", "expires_at"):
        known.pop(field), unknown.pop(field)
    assert known == unknown


@pytest.mark.parametrize("event", [{}, {"anything": 1}])
def test_the_function_tells_how_long_mails_wait(mailbox: Mailbox, capsys: Any, event: dict[str, int]) -> None:
    mongodb.run_transaction(lambda session: queue.put(RESET_PASSWORD, "nobody@example.com", session))
    handler("send_mail")(event, LambdaContext("send_mail"))
    assert '"MailAge":[' in capsys.readouterr().out.replace(" ", "")


def test_without_mail_the_function_does_nothing(databases: Databases) -> None:
    databases.master["mails"].insert_one({"kind": "verify-email", "at": moments.now()})
    handler("send_mail")({}, LambdaContext("send_mail"))
    assert databases.master["mails"].count_documents({}) == 1


def test_a_run_that_fails_is_an_error(mailbox: Mailbox, databases: Databases) -> None:
    mongodb.run_transaction(
        lambda session: queue.put(VERIFY_EMAIL, ADDRESS, session, claims={"account_id": "acct_1"})
    )
    mailbox.errors = ["SendingPausedException"]
    with pytest.raises(RuntimeError, match=r"^1 mails were not sent$"):
        handler("send_mail")({}, LambdaContext("send_mail"))
    assert databases.master["mails"].count_documents({}) == 1
