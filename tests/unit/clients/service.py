"""A service that answers as a test wants it, and clients of it that do not wait."""

import threading
from collections.abc import Callable
from typing import Any, Final

import httpx

from tenantry_client import Tenantry
from tenantry_client.retries import Retries

URL: Final = "https://api.example.com/v1"
Answering = Callable[[httpx.Request], httpx.Response]


class Waits(list[float]):
    """Which waits a client has asked for; none takes any time."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


class Sessions:
    """Logins and refreshes, whose tokens are numbered; the last access token alone is taken."""

    def __init__(self) -> None:
        self.refreshes: list[str] = []
        self.expires_in = 900
        self.number = 1
        self.break_after: set[int] = set()
        self._lock = threading.Lock()

    def tokens(self) -> dict[str, Any]:
        return {
            "access_token": f"access-{self.number}",
            "refresh_token": f"refresh-{self.number}",
            "expires_in": self.expires_in,
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            match request.url.path.removeprefix("/v1"):
                case "/login":
                    return httpx.Response(200, json=self.tokens())
                case "/login/refresh":
                    return self._refreshed(request)
                case "/logout":
                    return httpx.Response(204)
            if request.headers.get("Authorization") == f"Bearer access-{self.number}":
                return httpx.Response(200, json={"ok": True})
            return problem(401, "invalid-token")

    def _refreshed(self, request: httpx.Request) -> httpx.Response:
        token = httpx.Response(200, content=request.content).json()["refresh_token"]
        self.refreshes.append(token)
        if token not in {f"refresh-{self.number}", f"refresh-{self.number - 1}"}:
            return problem(401, "invalid-refresh-token")
        if token == f"refresh-{self.number}":
            self.number += 1
        if len(self.refreshes) in self.break_after:
            raise httpx.ReadError("the answer is lost")
        return httpx.Response(200, json=self.tokens())


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    content = {"status": status, "code": code, "title": code, "detail": f"It is {code}."}
    fields = {"Content-Type": "application/problem+json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return httpx.Response(status, json=content, headers=fields)


def client(answering: Answering, waits: Waits | None = None, **options: Any) -> Tenantry:
    retries = Retries(sleep=Waits() if waits is None else waits)
    return Tenantry(URL, transport=httpx.MockTransport(answering), retries=retries, **options)


def get(tenantry: Tenantry, path: str = "/organizations/google") -> httpx.Response:
    return tenantry.request("bearer", method="get", url=path)
