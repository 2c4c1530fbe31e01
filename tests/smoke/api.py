"""The deployed API, and what its answers have to look like."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

# API Gateway answers after 29 s at most; a body of some megabytes takes its time on a slow line.
TIMEOUT: Final = httpx.Timeout(40, connect=10)
KEY_SET: Final = "/.well-known/jwks.json"
ISSUER: Final = "/.well-known/openid-configuration"
PROBLEM: Final = "application/problem+json"
MEMBERS_OF_PROBLEMS: Final = {"type", "title", "status", "detail", "code", "instance"}


class Unexpected(AssertionError):
    """An answer is another one than README and OpenAPI document promise."""


@dataclass(frozen=True)
class Answer:
    """An answer, and what it answers; `request` is method and path."""

    request: str
    status: int
    headers: httpx.Headers
    text: str

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            raise Unexpected(f"{self.request} answered no JSON: {self.beginning!r}.") from None

    @property
    def beginning(self) -> str:
        return self.text[:200]

    @property
    def code(self) -> str:
        """The problem's code; empty for an answer that is no problem document."""
        return str(self.json.get("code")) if self.headers.get("Content-Type") == PROBLEM else ""

    def expect(self, status: int | Collection[int], *codes: str) -> "Answer":
        """Return the answer if it has the status and one of the codes, and any problem has its form.

        Raises
        ------
        Unexpected
            It has not.
        """
        statuses = (status,) if isinstance(status, int) else status
        expected = f"{' or '.join(map(str, statuses))} {' or '.join(codes)}".strip()
        if self.status not in statuses or (codes and self.code not in codes):
            raise Unexpected(
                f"{self.request} answered {self.status} {self.code or self.beginning}, not {expected}."
            )
        if self.status >= 400:
            self._expect_problem()
        return self

    def _expect_problem(self) -> None:
        if self.headers.get("Content-Type") != PROBLEM:
            raise Unexpected(f"{self.request} answered {self.status} with no problem document (RFC 9457).")
        problem = self.json
        if missing := MEMBERS_OF_PROBLEMS - problem.keys():
            raise Unexpected(f"{self.request} answered a problem without {', '.join(sorted(missing))}.")
        if (problem["status"], problem["type"]) != (self.status, f"urn:tenantry:problem:{self.code}"):
            raise Unexpected(
                f"{self.request} answered {self.status} with a problem of another status or type."
            )


class Api:
    """Sends requests to the deployment and keeps the answers.

    Parameters
    ----------
    url
        Of the stage or of the custom domain's base path, without a slash at the end.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.answers: list[Answer] = []
        self._http = httpx.Client(timeout=TIMEOUT, headers={"User-Agent": "tenantry-smoke"})

    def request(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = None,
        content: bytes | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request to a path below the deployment's URL.

        Raises
        ------
        Unexpected
            There is no answer.
        """
        fields = {} if token is None else {"Authorization": f"Bearer {token}"}
        if json_body is not None:
            content = json.dumps(json_body).encode()
        if content is not None:
            fields["Content-Type"] = "application/json"
        answer = self._sent(method, path, {"content": content, "headers": fields | dict(headers or {})})
        self.answers.append(answer)
        return answer

    def get(self, path: str, token: str | None = None, **fields: str) -> Answer:
        return self.request("GET", path, token=token, headers=fields)

    def post(self, path: str, json_body: Any, token: str | None = None, **fields: str) -> Answer:
        return self.request("POST", path, json_body=json_body, token=token, headers=fields)

    def get_as_written(self, path: str, token: str) -> Answer:
        """Send a path and query of which not one character is percent-encoded by the client."""
        target = httpx.URL(self.url).raw_path.rstrip(b"/") + path.encode("ascii")
        headers = {"Authorization": f"Bearer {token}"}
        return self._sent("GET", "", {"headers": headers, "extensions": {"target": target}})

    def close(self) -> None:
        self._http.close()

    def _sent(self, method: str, path: str, parts: Mapping[str, Any]) -> Answer:
        try:
            answer = self._http.request(method, self.url + path, **parts)
        except httpx.HTTPError as error:
            raise Unexpected(f"{method} {path} got no answer: {error or type(error).__name__}.") from error
        return Answer(f"{method} {path}", answer.status_code, answer.headers, answer.text)
