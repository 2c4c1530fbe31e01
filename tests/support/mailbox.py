"""Mails that were really sent, to a simulated SES that refuses what SES refuses, in this process."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError

from tenantry.identity.mail import sending, ses
from tenantry.runtime.settings import settings
from tests.support.mails import Mail

MAIL_FROM: Final = "Example <no-reply@mail.example.com>"
APP_URL: Final = "https://app.example.com"


@dataclass
class Mailbox:
    """All mails that were sent; nothing is sent before somebody looks."""

    sent: list[Mail] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Names of errors that SES answers next instead."""
    refused: set[str] = field(default_factory=set)
    """Addresses to which SES sends nothing."""

    def send_waiting(self) -> sending.Outcome:
        """Be the function send_mail."""
        return sending.send_waiting()

    def to(self, address: str) -> list[Mail]:
        """Send what waits, and return the mails to an address, oldest first."""
        self.send_waiting()
        return [mail for mail in self.sent if mail.to == address]

    def token(self, address: str) -> str:
        """Send what waits, and return the token of the last link to an address."""
        return self.to(address)[-1].token

    def accept(self, request: dict[str, Any]) -> None:
        """Note a mail that SES has accepted."""
        (to,) = request["Destination"]["ToAddresses"]
        content = request["Content"]["Simple"]
        subject, plain, html = (
            part["Data"] for part in (content["Subject"], content["Body"]["Text"], content["Body"]["Html"])
        )
        self.sent.append(Mail(request["FromEmailAddress"], to, subject, plain, html))


class _Ses:
    """SES as moto simulates it, which keeps too little of a mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._client = boto3.client("sesv2", region_name="us-east-1")

    def send_email(self, **request: Any) -> None:
        (to,) = request["Destination"]["ToAddresses"]
        if self._mailbox.errors:
            raise _error(self._mailbox.errors.pop(0), to)
        if to in self._mailbox.refused:
            raise _error("MessageRejected", to)
        self._client.send_email(**request)
        self._mailbox.accept(request)


def _error(code: str, to: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"Nothing is sent to {to}"}}, "SendEmail")


@contextmanager
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Configure mail within a `with` block; needs moto's `mock_aws`."""
    with monkeypatch.context() as patch:
        patch.setenv("MAIL_FROM", MAIL_FROM)
        patch.setenv("APP_URL", APP_URL)
        settings.cache_clear()
        _verify(MAIL_FROM)
        box = Mailbox()
        client = _Ses(box)
        patch.setattr(ses, "_client", lambda: client)
        yield box
    settings.cache_clear()


def _verify(mail_from: str) -> None:
    """Verify the domain of the sender, as its operator does."""
    client = boto3.client("sesv2", region_name="us-east-1")
    domain = re.sub(r"^.*@|>$", "", mail_from)
    if domain not in {entry["IdentityName"] for entry in client.list_email_identities()["EmailIdentities"]}:
        client.create_email_identity(EmailIdentity=domain)
