"""`python -m deploy ready` waits for GET /health/ready, and says what to do if it waits in vain."""

from collections.abc import Callable

import httpx
import pytest

from deploy import readiness
from deploy.errors import DeploymentError

URL = "https://api.example.com/base"
Answers = Callable[..., list[str]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Let the service give these answers, the last one for ever; returns what was asked for."""
    monkeypatch.setattr(readiness, "PAUSE_SECONDS", 0)

    def answer(*answers: httpx.Response | Exception) -> list[str]:
        asked, waiting = list[str](), list(answers)

        def get(url: str, timeout: float) -> httpx.Response:
            asked.append(url)
            given = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if isinstance(given, Exception):
                raise given
            return given

        monkeypatch.setattr(httpx, "get", get)
        return asked

    return answer


def test_it_waits_through_outages_until_the_service_is_ready(answers: Answers) -> None:
    told = list[str]()
    asked = answers(
        httpx.ConnectError("refused"),
        httpx.Response(502, text="<html>"),
        httpx.Response(503, json={"failed": ["signing_key"]}),
        httpx.Response(503, json={"failed": ["signing_key"]}),
        httpx.Response(200, json={"status": "ready"}),
    )
    readiness.wait_until_ready(f"{URL}/", 60, told.append)
    assert asked == [f"{URL}/health/ready"] * 5
    assert [line.removeprefix("Not ready: ")[:24] for line in told] == [
        "there is no answer (refu",
        "GET /health/ready answer",
        "signing_key fails, look ",
    ]


def test_it_ends_with_what_to_do(answers: Answers) -> None:
    answers(httpx.Response(503, json={"failed": ["schema", "writable"]}))
    with pytest.raises(DeploymentError, match="schema fails, run `tenantry setup-database`; writable fails"):
        readiness.wait_until_ready(URL, 0, lambda _: None)
