"""Stands in for Amazon SES, in any process: what was sent is in a file, which outlives whoever is killed."""

import json
import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tenantry.identity.mail import sending, ses
from tenantry.identity.mail.texts import Message
from tenantry.runtime.settings import settings
from tests.support.mails import Mail

VARIABLE: Final = "SENT_MAILS"  # of the environment, which has the file's path


class SentMails:
    """Mails that were sent, the oldest first.

    Parameters
    ----------
    path
        Of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.clear()

    def clear(self) -> None:
        """Forget what was sent."""
        self._path.write_text("")

    def keys(self) -> list[tuple[str, str]]:
        """Return kinds and addresses."""
        host = urlsplit(settings().app_url).netloc
        kinds = {kind.text.subject.format(app=host): kind.name for kind in sending.KINDS.values()}
        return [(kinds[mail.subject], mail.to) for mail in self._all()]

    def tokens(self, kind: str) -> list[str]:
        """Return the tokens of the links in mails of a kind."""
        return [mail.token for (sent, _), mail in zip(self.keys(), self._all(), strict=True) if sent == kind]

    def _all(self) -> list[Mail]:
        return [Mail("", *json.loads(line)) for line in self._path.read_text().splitlines()]


def send_without_ses(patch: pytest.MonkeyPatch) -> None:
    """Let mails be sent to the file that the environment names."""

    def send(to: str, message: Message) -> None:
        with Path(os.environ[VARIABLE]).open("a") as file:
            file.write(json.dumps([to, *message]) + "\n")

    patch.setattr(ses, "send", send)
