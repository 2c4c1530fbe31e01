"""The connection to one deployment, and who is logged in."""

import uuid
from collections.abc import Callable
from http import HTTPStatus
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from tenantry_client import problems
from tenantry_client.retries import REPEATED_STATUSES, RepeatingTransport, Retries
from tenantry_client.tokens import BearerAuth, Tokens


class Tenantry:
    """A deployment of Tenantry, and one login there; any number of threads may share it.

    Parameters
    ----------
    url : str
        The stack's output ApiUrl.
    api_key : str, optional
        An organization's API key, in place of a login.
    refresh_token : str, optional
        Of an earlier login, to go on with.
    on_refresh_token : callable, optional
        Called with each refresh token, to store it: the one before ends with it.
    operator : httpx.Auth, optional
        Signs the operator's requests (AWS Signature Version 4, service execute-api).
    retries : Retries, optional
        How often what may be repeated is repeated.
    transport : httpx.BaseTransport, optional
        Sends requests; HTTP if left out.
    timeout_seconds : float
        For each attempt; API Gateway answers within 29.

    Examples
    --------
    >>> with Tenantry("https://api.example.com") as tenantry:
    ...     tenantry.log_in("ada@example.com", password, organization="google")
    ...     documents.insert_documents(tenantry, "google", body={"text": "hello"})
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        refresh_token: str | None = None,
        on_refresh_token: Callable[[str], None] | None = None,
        operator: httpx.Auth | None = None,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        self._retries = retries or Retries()
        once = transport or httpx.HTTPTransport()
        self._http = httpx.Client(
            base_url=url,
            transport=RepeatingTransport(once, self._retries),
            timeout=timeout_seconds,
            headers={"User-Agent": "tenantry-client-python"},
        )
        self._bearer = BearerAuth(self._refreshed, on_refresh_token or _forget)
        if api_key is not None:
            self._bearer.use(Tokens(api_key, "", float("inf")))
        elif refresh_token is not None:
            self._bearer.use(Tokens("", refresh_token, 0.0))
        self._auths = {"bearer": self._bearer, "operator": operator, "nobody": None}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the login lives on, see `log_out`."""
        self._http.close()

    @property
    def url(self) -> str:
        """Of the deployment."""
        return str(self._http.base_url)

    @property
    def tokens(self) -> Tokens | None:
        """The tokens of this moment; None if nobody is logged in, or the session has ended."""
        return self._bearer.tokens

    def log_in(
        self, email: str, password: str, organization: str | None = None, device_token: str | None = None
    ) -> dict[str, Any]:
        """Log in, and act as that account in that organization from now on.

        Parameters
        ----------
        email, password : str
            Of the account.
        organization : str, optional
            Slug or id; needed by members of several.
        device_token : str, optional
            That an earlier login from this device gave; the answer has one.

        Returns
        -------
        dict
            The answer of POST /login.

        Raises
        ------
        Problem
            invalid-credentials, organization-required, too-many-requests and others.
        """
        wanted = {"organization": organization, "device_token": device_token}
        body = {"email": email, "password": password} | {
            name: value for name, value in wanted.items() if value is not None
        }
        answer = self._post("/login", body)
        self._bearer.take(answer)
        return answer

    def switch(self, organization: str) -> dict[str, Any]:
        """Act in another organization of the same account from now on; the tokens before end.

        Where the outcome is unknown, the login goes on, in one of the two; see the answer's `organization`.
        """

        def switched(token: str) -> dict[str, Any]:
            return self._post("/login/switch", {"refresh_token": token, "organization": organization})

        return self._bearer.exchange(switched)

    def confirm(self, password: str) -> None:
        """Confirm the password, for what takes a recent login (the problem login-too-old)."""
        answer = self.request("bearer", method="post", url="/login/confirm", json={"password": password})
        self._bearer.take(answer.json())

    def log_out(self) -> None:
        """End the session; a session that has ended before is no error."""
        tokens = self._bearer.tokens
        self._bearer.use(None)
        if tokens is not None and tokens.refresh_token:
            try:
                self._post("/logout", {"refresh_token": tokens.refresh_token})
            except problems.Problem as problem:
                if problem.status != HTTPStatus.UNAUTHORIZED:
                    raise

    def request(self, caller: Literal["bearer", "operator", "nobody"], **request: Any) -> httpx.Response:
        """Send what a function of `tenantry_client.api` has made.

        Parameters
        ----------
        caller
            Whose credentials go with it.
        **request
            As `httpx.Client.request` takes it.

        Raises
        ------
        Problem
            Of any answer that is no success.
        NotModified
            304.
        httpx.TransportError
            Outcome unknown: no answer has come.
        """
        response = self._http.request(**request, auth=self._auths[caller])
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            raise problems.NotModified
        if not response.is_success:
            raise problems.of(response)
        return response

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self.request("nobody", method="post", url=path, json=body)
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer

    def _refreshed(self, token: str) -> dict[str, Any]:
        """Give a refresh token for the next tokens.

        Where the outcome is unknown, the same token is sent again: for 30 seconds it is answered with what
        came of it, and nothing else can be made of it.
        """
        for attempt in count(1):
            try:
                return self._post("/login/refresh", {"refresh_token": token})
            except httpx.TransportError:
                if not self._retries.wait_after(attempt, None):
                    raise
            except problems.Problem as problem:
                is_final = problem.status < HTTPStatus.INTERNAL_SERVER_ERROR
                if is_final and problem.status not in REPEATED_STATUSES:
                    raise
                if not self._retries.wait_after(attempt, problem.retry_after_seconds):
                    raise
        raise AssertionError("unreachable")


def _forget(token: str) -> None:
    """Store a refresh token nowhere."""


def new_key() -> str:
    """Return an Idempotency-Key for one request and its repetitions."""
    return uuid.uuid4().hex
