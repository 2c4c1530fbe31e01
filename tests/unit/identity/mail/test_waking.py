"""Waking the sender of mails."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from tenantry.identity.mail import waking
from tenantry.runtime.settings import settings


class Lambda:
    """Notes who is invoked, and answers with an error if there is one."""

    def __init__(self) -> None:
        self.invoked: list[dict[str, str]] = []
        self.error: Exception | None = None

    def invoke(self, **request: str) -> None:
        self.invoked.append(request)
        if self.error:
            raise self.error


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    waking._has_queued.set(False)
    functions = Lambda()
    monkeypatch.setattr(waking, "_client", lambda: functions)
    monkeypatch.setenv("MAIL_FUNCTION", "sender")
    settings.cache_clear()
    yield functions
    waking._has_queued.set(False)


def test_a_request_that_queued_mails_wakes_the_sender_once(functions: Lambda) -> None:
    waking.wake_sender()
    assert functions.invoked == []
    waking.note()
    waking.note()
    waking.wake_sender()
    waking.wake_sender()
    assert functions.invoked == [{"FunctionName": "sender", "InvocationType": "Event"}]


def test_without_a_function_the_schedule_is_enough(
    functions: Lambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_FUNCTION")
    settings.cache_clear()
    waking.note()
    waking.wake_sender()
    assert functions.invoked == []


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
        ConnectTimeoutError(endpoint_url="x"),
    ],
)
def test_a_call_that_fails_is_logged_and_fails_nothing(
    functions: Lambda, error: Any, log: io.StringIO
) -> None:
    functions.error = error
    waking.note()
    waking.wake_sender()
    assert "was not woken" in log.getvalue()
    assert type(error).__name__ in log.getvalue()
