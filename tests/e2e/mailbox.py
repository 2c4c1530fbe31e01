"""The mails that the local stack has sent."""

import ssl
from typing import Any, Final

import httpx

from tests.support.mails import Mail
from tests.support.waiting import wait_until

# Without any authority: to load those for a request that has no TLS takes longer than the request.
PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ARRIVES_WITHIN_SECONDS: Final = 70.0  # with the schedule at the latest; woken, in a second or two


class Mailbox:
    """All mails, read from the local SES over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url

    def all(self) -> list[Mail]:
        """Return all mails that were sent, oldest first."""
        answer = httpx.get(self._url, timeout=30, trust_env=False, verify=PLAIN).raise_for_status().json()
        return [_mail(message) for messages in answer["messages"].values() for message in messages]

    def to(self, address: str, at_least: int = 1) -> list[Mail]:
        """Wait until so many mails were sent to an address, and return them."""

        def sent() -> list[Mail]:
            return [mail for mail in self.all() if mail.to == address]

        wait_until(lambda: len(sent()) >= at_least, ARRIVES_WITHIN_SECONDS)
        return sent()

    def numbered(self, number: int, address: str, subject: str) -> Mail:
        """Wait until so many mails with a subject that begins so were sent to an address; return the last."""

        def sent() -> list[Mail]:
            return [mail for mail in self.all() if mail.to == address and mail.subject.startswith(subject)]

        wait_until(lambda: len(sent()) >= number, ARRIVES_WITHIN_SECONDS)
        return sent()[number - 1]


def _mail(message: dict[str, Any]) -> Mail:
    (to,) = message["To"]
    return Mail(message["Source"], to, message["Subject"], message["BodyText"], message["BodyHtml"])
