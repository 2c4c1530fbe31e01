"""What requests have to do with mails: they wake the sender, and say nothing about where links lead."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tenantry.identity.mail import waking
from tenantry.runtime.settings import settings
from tests.support.databases import Databases
from tests.support.mailbox import APP_URL, Mailbox
from tests.support.owners import PASSWORD, email_of, sign_up
from tests.support.service import Service

HOSTILE = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": "//evil.example",
    "X-Original-URL": "https://evil.example/",
    "Forwarded": "host=evil.example;proto=http",
    "Origin": "https://evil.example",
    "Referer": "https://evil.example/verify-email",
    "Via": "1.1 evil.example",
}


class Lambda:
    """Notes how many mails waited whenever the sender was woken."""

    def __init__(self, databases: Databases) -> None:
        self.waited: list[int] = []
        self.error: Exception | None = None
        self._mails = databases.master["mails"]

    def invoke(self, FunctionName: str, InvocationType: str) -> None:  # noqa: N803 - AWS's names
        assert (FunctionName, InvocationType) == ("sender", "Event")
        self.waited.append(self._mails.count_documents({}))
        if self.error:
            raise self.error


@pytest.fixture
def functions(mailbox: Mailbox, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    functions = Lambda(databases)
    monkeypatch.setattr(waking, "_client", lambda: functions)
    monkeypatch.setenv("MAIL_FUNCTION", "sender")
    settings.cache_clear()
    yield functions
    monkeypatch.undo()
    settings.cache_clear()


def test_no_header_says_where_a_link_leads(mailbox: Mailbox, service: Service) -> None:
    body = {"name": "Engines", "email": email_of("Engines"), "password": PASSWORD}
    assert service.post("/organizations", body, headers=HOSTILE).status == 201
    (mail,) = mailbox.to(email_of("Engines"))
    assert mail.urls == {f"{APP_URL}/verify-email#token={mail.token}"}
    assert "evil" not in mail.plain + mail.html + mail.subject


def test_the_sender_is_woken_once_the_mail_waits(functions: Lambda, service: Service) -> None:
    owner = sign_up(service, "Engines")
    assert functions.waited == [1]
    assert service.get(owner.path, token=owner.token).status == 200
    taken: dict[str, Any] = {"name": "Engines", "email": "grace@example.com", "password": PASSWORD}
    assert service.post("/organizations", taken).code == "organization-exists"
    assert functions.waited == [1]


def test_a_sender_that_cannot_be_woken_fails_no_request(
    functions: Lambda, service: Service, mailbox: Mailbox, log: io.StringIO
) -> None:
    functions.error = ReadTimeoutError(endpoint_url="https://lambda.example")
    owner = sign_up(service, "Engines")
    assert functions.waited == [1]
    assert "The sender of mails was not woken" in log.getvalue()
    assert len(mailbox.to(owner.email)) == 1  # the schedule comes
