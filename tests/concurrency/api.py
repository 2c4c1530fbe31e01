"""The HTTP API as its clients see it, with the log of the functions at hand."""

import logging
from typing import Any

import pytest

from tenantry import login
from tenantry.observability import logger
from tests.support.service import Service


class Refused(Exception):
    """A problem document with status 4xx."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["code"])
        self.code: str = problem["code"]
        self.problem = problem


class Api:
    """Sends requests to the functions of this process; an answer that is not promised fails the test."""

    def __init__(self) -> None:
        self._service = Service()
        self._failures = _Failures()
        logger.addHandler(self._failures)

    def request(self, method: str, path: str, **parts: Any) -> Any:
        """Send a request, of the arguments of `Service.request`, and return the answer's content.

        Raises
        ------
        Refused
            The answer is a problem document with status 4xx.
        Exception
            It is one with status 503; the exception is what the function logged as the cause.
        """
        answer = self._service.request(method, path, **parts)
        if answer.status < 400:
            return answer.json if answer.text else None
        assert answer.code, f"{method} {path} is answered {answer.status} without a problem document"
        if answer.status == 503:
            assert int(answer.headers["retry-after"]) > 0
            raise self._failures.last
        assert answer.status < 500, f"{method} {path} is answered {answer.text}"
        raise Refused(answer.json)


class _Failures(logging.Handler):
    """Keeps the last failure that was logged."""

    last: BaseException

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the failure, if the record is about one."""
        if record.exc_info and record.exc_info[1]:
            self.last = record.exc_info[1]


def sign_without_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the name of the signing key's secret for its content, in this process."""
    monkeypatch.setattr(login, "read_secret", lambda name: name)
