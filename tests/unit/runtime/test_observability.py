import io
import json
from typing import Any, Final

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from tenantry.runtime import clients
from tenantry.runtime.observability import count, event_handler
from tests.support import service

CONTEXT: Final[Any] = service.LambdaContext("function")


def invoke(error: Exception) -> None:
    @event_handler
    def handler(event: str, context: LambdaContext) -> None:
        count("Invocations")
        raise error

    with pytest.raises(type(error)) as caught:
        handler("event", CONTEXT)
    assert caught.value is error


def test_event_is_handed_over_and_its_answer_back() -> None:
    @event_handler
    def handler(event: dict[str, int], context: LambdaContext) -> int:
        """Double a number."""
        count("Invocations")
        return event["number"] * 2

    assert handler({"number": 21}, CONTEXT) == 42
    assert handler.__doc__ == "Double a number."


def test_error_that_ends_an_invocation_is_logged_without_data_and_raised(log: io.StringIO) -> None:
    invoke(KeyError("what a tenant wrote"))
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["message"], line["exception_name"]) == ("The invocation failed", "KeyError")
    assert "what a tenant wrote" not in log.getvalue()


@pytest.mark.parametrize(
    ("error", "is_noted"),
    [
        (OperationFailure("Authentication failed", code=18), True),
        (OperationFailure("bad auth", code=8000), True),
        (OperationFailure("requires authentication", code=13), True),
        (ServerSelectionTimeoutError("no server"), True),
        (OperationFailure("duplicate key", code=11000), False),
        (ValueError("anything"), False),
    ],
)
def test_failure_that_an_outdated_connection_string_may_cause_is_noted(
    error: Exception, is_noted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(clients._last_failure, "at", 0.0)
    invoke(error)
    assert (clients._last_failure["at"] > 0) == is_noted
