"""Who may use the operator's console: whoever brings the token of the link that the terminal shows.

The token works once and for a minute. What the page gets for it stays in the page's memory, so that no other
page, no file and no later user of the browser has it.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Final

from cli.console.problems import Problem

SECONDS: Final = 60
BYTES: Final = 32


class Entrance:
    """Admits one page at a time.

    Parameters
    ----------
    tell : callable
        Told what the operator should know of: that somebody has brought a used token.
    now : callable
        Returns a time in seconds.
    """

    def __init__(self, tell: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._now = now
        self._lock = Lock()
        self._token = self._bearer = ""
        self._used = False
        self._made_at = 0.0

    def token(self) -> str:
        """Return a token for another link; earlier links work no more, and the page of one goes on."""
        with self._lock:
            self._token, self._used, self._made_at = secrets.token_urlsafe(BYTES), False, self._now()
            return self._token

    def exchange(self, token: str) -> str:
        """Return the bearer token of a page that brings the token of a link; an earlier page's ends.

        A token that is brought again has been seen by somebody else, so the page that it admitted ends, too
        (as RFC 6749 section 4.1.2 advises for authorization codes).

        Raises
        ------
        Problem
            It is not the latest token, its time is over, or it has been used.
        """
        with self._lock:
            if not _is(token, self._token):
                raise _refused("This link is not the latest one that the terminal shows.")
            if self._used:
                self._bearer = ""
                self._tell(
                    "A page has brought the link's token again, so the page that it admitted is shut out. "
                    "If you have not opened the link twice, somebody else has seen it."
                )
                raise _refused("This link has been used already.")
            if self._now() - self._made_at > SECONDS:
                raise _refused(f"This link worked for {SECONDS} seconds.")
            self._used, self._bearer = True, secrets.token_urlsafe(BYTES)
            return self._bearer

    def check(self, authorization: str) -> None:
        """Let a request pass that has the bearer token of the page that was admitted last.

        Raises
        ------
        Problem
            It has not.
        """
        scheme, _, bearer = authorization.partition(" ")
        if scheme.lower() != "bearer" or not _is(bearer.strip(" "), self._bearer):
            raise _refused("This page has not been admitted, or another one has been since.")


def _is(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _refused(detail: str) -> Problem:
    advice = "Press Enter in the terminal for another link, or run `tenantry console` again."
    return Problem(HTTPStatus.UNAUTHORIZED, "link-refused", f"{detail} {advice}")
