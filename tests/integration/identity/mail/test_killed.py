"""A sender that is killed loses no mail; what it has sent may be sent again, and either link works."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from local.processes import HOST
from tenantry.errors import LinkNotFound
from tenantry.identity import links
from tenantry.identity.mail import queue, sending
from tenantry.identity.mail.kinds.reset_password import RESET_PASSWORD
from tenantry.identity.members import Membership
from tenantry.runtime import mongodb
from tenantry.runtime.settings import settings
from tests.support.databases import Databases
from tests.support.http_servers import running
from tests.support.owners import email_of


class Ses(HTTPServer):
    """Takes SendEmail (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html)."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Requests)
        self.texts: list[str] = []

    @property
    def tokens(self) -> list[str]:
        return [token for text in self.texts for token in re.findall(r"#token=(\S+)", text)]


class _Requests(BaseHTTPRequestHandler):
    server: Ses

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.texts.append(request["Content"]["Simple"]["Body"]["Text"]["Data"])
        octets = json.dumps({"MessageId": "1"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """Write nothing."""


@pytest.fixture
def ses(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    ses = Ses()
    with running(ses) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", url)
        monkeypatch.setenv("MAIL_FROM", "no-reply@example.com")
        monkeypatch.setenv("APP_URL", "https://app.example.com")
        settings.cache_clear()
        yield ses


def send(number: int) -> int:
    """Send in a process that is killed before its nth change; return how it ended."""
    command: list[Any] = [sys.executable, "-m", "tests.support.killed_sender", str(number)]
    return subprocess.run(command, env=os.environ, capture_output=True, check=False).returncode


def let_leases_end(databases: Databases) -> None:
    milliseconds = sending.LEASE // timedelta(milliseconds=1)
    earlier = {"leased_until": {"$subtract": ["$leased_until", milliseconds]}}
    databases.master["mails"].update_many({}, [{"$set": earlier}])


# A sender leases, stores the link, sends, and removes.
@pytest.mark.parametrize(("killed_before", "sent"), [(1, 0), (2, 0), (3, 1)])
def test_a_kill_repeats_a_mail_and_loses_none(
    databases: Databases, member: Membership, ses: Ses, killed_before: int, sent: int
) -> None:
    mongodb.run_transaction(lambda session: queue.put(RESET_PASSWORD, email_of("Google"), session))
    looked_for_before = list(sending.KINDS).index(RESET_PASSWORD.name)
    assert send(looked_for_before + killed_before) == -signal.SIGKILL
    assert len(ses.texts) == sent
    assert databases.master["mails"].count_documents({}) == 1
    let_leases_end(databases)
    assert send(99) == 0
    assert databases.master["mails"].count_documents({}) == 0
    assert len(set(ses.tokens)) == sent + 1
    for token in ses.tokens:
        assert links.find("reset-password", token)["email"] == email_of("Google")
    mongodb.in_transaction(links.take)("reset-password", ses.tokens[0])
    for token in ses.tokens:  # whichever is used, the others are for the same and go with it
        with pytest.raises(LinkNotFound):
            links.find("reset-password", token)
