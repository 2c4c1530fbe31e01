"""MongoDB goes away, and comes back."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, at_once
from tests.support.owners import PASSWORD, Owner
from tests.support.service import Answer

SERVER_SELECTION_SECONDS = 3.0
REQUEST_TIMEOUT_SECONDS = 10.0
MARGIN_SECONDS = 5.0

Call = Callable[[], Answer]


def usual_calls(service: HttpService, owner: Owner) -> dict[str, tuple[Call, int]]:
    """Return one request per function, each with its usual status; none changes anything."""
    sign_up = {"name": owner.organization["name"], "email": owner.email, "password": PASSWORD}
    wrong = {"current_password": "correct horse battery nail", "new_password": "seven islands and a sea"}
    name = {"name": owner.organization["name"]}
    token = owner.token
    return {
        "health": (lambda: service.get("/health"), 200),
        "login": (lambda: service.post("/login", {"email": owner.email, "password": PASSWORD}), 200),
        "create": (lambda: service.post("/organizations", sign_up), 409),
        "get": (lambda: service.get(owner.path, token=token), 200),
        "update": (lambda: service.patch(owner.path, name, token=token), 200),
        "delete": (lambda: service.delete("/organizations/missing", token=token), 404),
        "password": (lambda: service.put("/account/password", wrong, token=token), 401),
    }


def timed(call: Call) -> tuple[Answer, float]:
    started = time.monotonic()
    return call(), time.monotonic() - started


@pytest.mark.parametrize(
    ("outage", "seconds"),
    [("killed", SERVER_SELECTION_SECONDS), ("frozen", REQUEST_TIMEOUT_SECONDS)],
)
def test_every_function_answers_503_in_time_and_recovers_by_itself(
    service: HttpService, owner: Owner, deployment: Deployment, outage: str, seconds: float
) -> None:
    calls = usual_calls(service, owner)
    usual = {function: status for function, (_, status) in calls.items()}
    assert {function: call().status for function, (call, _) in calls.items()} == usual
    away: Callable[[], AbstractContextManager[None]] = getattr(deployment.database, outage)

    with away():
        answers = at_once([lambda call=call: timed(call) for call, _ in calls.values()])  # type: ignore[misc]

    for function, (answer, taken) in zip(calls, answers, strict=True):
        assert answer.status == 503, function
        assert answer.code == "service-unavailable"
        assert int(answer.headers["retry-after"]) > 0
        assert taken < seconds + MARGIN_SECONDS, function
    assert {function: call().status for function, (call, _) in calls.items()} == usual
