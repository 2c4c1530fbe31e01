"""Repetition of requests that may be repeated."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from typing import Final

import httpx

from tenantry_client.problems import retry_after_seconds

REPEATED_STATUSES: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_SAFE_METHODS: Final = {"GET", "HEAD"}
_CONDITIONS: Final = ("If-Match", "If-None-Match", "Idempotency-Key")


@dataclass(frozen=True)
class Retries:
    """How often and how long a request is repeated.

    Parameters
    ----------
    attempts : int
        How often it is sent at most.
    longest_wait_seconds : float
        An answer that asks for a longer wait is not waited for.
    sleep : callable
        Waits for a number of seconds.
    """

    attempts: int = 5
    longest_wait_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def wait_after(self, attempt: int, asked_seconds: int | None) -> bool:
        """Wait before the next attempt, and return True; or False if there is to be none.

        Parameters
        ----------
        attempt : int
            How many have been made.
        asked_seconds : int, optional
            For how long the last answer asks to wait, if it does.
        """
        # Between half and all of it, so that clients that failed together do not come back together.
        growing = 0.2 * 2**attempt * random.uniform(0.5, 1)  # noqa: S311 - no secret
        seconds = growing if asked_seconds is None else asked_seconds
        if attempt >= self.attempts or seconds > self.longest_wait_seconds:
            return False
        self.sleep(seconds)
        return True


def may_be_repeated(request: httpx.Request) -> bool:
    """Tell whether a request does no more if it arrives twice: it reads, or has a condition or a key."""
    return request.method in _SAFE_METHODS or any(name in request.headers for name in _CONDITIONS)


class RepeatingTransport(httpx.BaseTransport):
    """Sends a request again after 429, 503 or a broken connection, if it may be repeated.

    Where the last answer is 412, and an earlier attempt got none, that attempt may have been carried out.

    Parameters
    ----------
    transport : httpx.BaseTransport
        Sends a request once.
    retries : Retries
        How often.
    """

    def __init__(self, transport: httpx.BaseTransport, retries: Retries) -> None:
        self._transport = transport
        self._retries = retries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and again."""
        for attempt in count(1):
            try:
                response = self._transport.handle_request(request)
            except httpx.TransportError:
                if not may_be_repeated(request) or not self._retries.wait_after(attempt, None):
                    raise
                continue
            if response.status_code not in REPEATED_STATUSES or not may_be_repeated(request):
                return response
            if not self._retries.wait_after(attempt, retry_after_seconds(response)):
                return response
            response.close()
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()
