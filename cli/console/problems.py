"""What the operator's console answers when it does not do what was asked."""

import json
from http import HTTPStatus
from typing import NamedTuple

from tenantry.http.problems import CONTENT_TYPE, TYPE_PREFIX


class Answer(NamedTuple):
    """An answer; `fields` are header fields."""

    status: int
    fields: dict[str, str]
    body: bytes


class Problem(Exception):
    """A request that is refused before any function sees it.

    Parameters
    ----------
    status : HTTPStatus
        Of the answer.
    code : str
        What programs tell it by; the end of the problem's type.
    detail : str
        What is wrong and what to do next.
    """

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail

    def answer(self) -> Answer:
        """Return the problem document (RFC 9457)."""
        document = {
            "type": TYPE_PREFIX + self.code,
            "title": self.code.replace("-", " ").capitalize(),
            "status": int(self.status),
            "detail": self.detail,
            "code": self.code,
        }
        fields = {"Content-Type": CONTENT_TYPE}
        if self.status == HTTPStatus.UNAUTHORIZED:
            fields["WWW-Authenticate"] = "Bearer"
        return Answer(int(self.status), fields, json.dumps(document).encode())


def not_found() -> Problem:
    """Return that there is no such route."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", "There is nothing here.")


def json_answer(content: object, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """Return an answer with one JSON document."""
    return Answer(int(status), {"Content-Type": "application/json"}, json.dumps(content).encode())
