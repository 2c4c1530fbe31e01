"""The HTTP API as its clients see it, but with the cause of a failure at hand."""

from typing import Any

import pytest

from tenantry.errors import TenantryError
from tenantry.http import problems
from tests.support.service import Service

_error_of = problems._error_of


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

    def request(self, method: str, path: str, **parts: Any) -> Any:
        """Send a request, of the arguments of `Service.request`, and return the answer's content.

        Raises
        ------
        Refused
            The answer is a problem document with status 4xx.
        Exception
            It is one with status 503; the exception is its cause, which the answer does not tell.
        """
        causes = []

        def error_of(exception: Exception) -> TenantryError:
            causes.append(exception)
            return _error_of(exception)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(problems, "_error_of", error_of)
            answer = self._service.request(method, path, **parts)
        if answer.status < 400:
            return answer.json if answer.text else None
        assert answer.code, f"{method} {path} is answered {answer.status} without a problem document"
        if answer.status == 503:
            assert int(answer.headers["retry-after"]) > 0
            raise causes[-1]
        assert answer.status < 500, f"{method} {path} is answered {answer.text}"
        raise Refused(answer.json)
