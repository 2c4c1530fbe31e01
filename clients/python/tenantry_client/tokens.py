"""The tokens of one login: one refresh for all threads that need one."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from tenantry_client import problems

MARGIN_SECONDS: Final = 30.0  # before its end an access token is replaced
_REFUSED: Final = "invalid-token"


@dataclass(frozen=True)
class Tokens:
    """What a login or a refresh has given.

    Parameters
    ----------
    access_token : str
        For requests, for some minutes; empty if it has to be asked for.
    refresh_token : str
        For the next tokens, once. To be kept as secret as a password; empty for an API key.
    ends_at : float
        When the access token ends, in seconds of `time.monotonic`.
    """

    access_token: str
    refresh_token: str
    ends_at: float


class BearerAuth(httpx.Auth):
    """Sends an access token with each request, and replaces it near its end and when it is refused.

    Parameters
    ----------
    refresh : callable
        Returns the content of the answer to a refresh token, and raises `Problem` if it is refused.
    on_refresh_token : callable
        Called with a refresh token whenever there is another one, to store it.
    """

    requires_response_body = True

    def __init__(
        self, refresh: Callable[[str], dict[str, Any]], on_refresh_token: Callable[[str], None]
    ) -> None:
        self._refresh = refresh
        self._on_refresh_token = on_refresh_token
        self._lock = threading.RLock()
        self._tokens: Tokens | None = None

    @property
    def tokens(self) -> Tokens | None:
        """The tokens of this moment; None if nobody is logged in."""
        return self._tokens

    def use(self, tokens: Tokens | None) -> None:
        """Use other tokens, or none, from now on."""
        with self._lock:
            earlier = self._tokens.refresh_token if self._tokens else ""
            self._tokens = tokens
            if tokens is not None and tokens.refresh_token not in ("", earlier):
                self._on_refresh_token(tokens.refresh_token)

    def take(self, answer: dict[str, Any]) -> None:
        """Use the tokens in the answer to a login; one that only confirms it leaves the refresh token."""
        with self._lock:
            earlier = self._tokens.refresh_token if self._tokens else ""
            ends_at = time.monotonic() + float(answer["expires_in"])
            self.use(Tokens(answer["access_token"], answer.get("refresh_token", earlier), ends_at))

    def exchange(self, replace: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """Give the refresh token for other tokens, while no other thread does.

        Raises
        ------
        RuntimeError
            Nobody is logged in.
        """
        with self._lock:
            if self._tokens is None or not self._tokens.refresh_token:
                raise RuntimeError("log in first")
            answer = replace(self._tokens.refresh_token)
            self.take(answer)
            return answer

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Add the token, and again with another one if it is refused: then nothing has been done."""
        used = self._current()
        if used is None:
            yield request
            return
        request.headers["Authorization"] = f"Bearer {used.access_token}"
        response = yield request
        if response.status_code == HTTPStatus.UNAUTHORIZED and problems.of(response).code == _REFUSED:
            following = self._following(used)
            if following is not None:
                request.headers["Authorization"] = f"Bearer {following.access_token}"
                yield request

    def _current(self) -> Tokens | None:
        tokens = self._tokens
        if tokens is None or not tokens.refresh_token or time.monotonic() < tokens.ends_at - MARGIN_SECONDS:
            return tokens
        return self._following(tokens)

    def _following(self, used: Tokens) -> Tokens | None:
        """Return tokens that are not these; None if there is no way to others."""
        with self._lock:
            if not used.refresh_token:
                return None
            if self._tokens is used:  # or another thread has replaced them
                self._replace(used)
            return self._tokens

    def _replace(self, tokens: Tokens) -> None:
        try:
            self.take(self._refresh(tokens.refresh_token))
        except problems.Problem as problem:
            if problem.status == HTTPStatus.UNAUTHORIZED:
                self._tokens = None  # the session has ended
            raise
