"""What is sent again, how often, and after which wait."""

import httpx
import pytest

from tenantry_client import NotModified, Problem
from tenantry_client.retries import Retries
from tests.unit.clients.service import Waits, client, problem

REQUESTS = [
    ("get", {}, True),
    ("put", {}, False),
    ("put", {"If-Match": '"1"'}, True),
    ("delete", {"If-None-Match": "*"}, True),
    ("post", {}, False),
    ("post", {"Idempotency-Key": "once"}, True),
]


@pytest.mark.parametrize(("method", "headers", "is_repeated"), REQUESTS)
@pytest.mark.parametrize("failure", ["429", "503", "no answer"])
def test_only_what_may_be_repeated_is_repeated(
    method: str, headers: dict[str, str], is_repeated: bool, failure: str
) -> None:
    seen = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 3:
            return httpx.Response(200)
        if failure == "no answer":
            raise httpx.ReadTimeout("nothing", request=request)
        return problem(int(failure), "too-many-requests", Retry_After="7")

    waits = Waits()
    tenantry = client(answer, waits)
    try:
        tenantry.request("nobody", method=method, url="/here", headers=headers)
    except (Problem, httpx.ReadTimeout):
        assert not is_repeated
    else:
        assert is_repeated
    assert len(seen) == (3 if is_repeated else 1)
    if is_repeated and failure != "no answer":
        assert waits == [7, 7]


def test_repetitions_end_and_a_wait_that_is_too_long_is_not_waited_for() -> None:
    for seconds, attempts in (("1", 5), ("31", 1)):
        seen = list[str]()

        def answer(request: httpx.Request, seconds: str = seconds, seen: list[str] = seen) -> httpx.Response:
            seen.append(request.method)
            return problem(503, "service-unavailable", Retry_After=seconds)

        with pytest.raises(Problem) as told:
            client(answer).request("nobody", method="get", url="/here")
        assert (told.value.retry_after_seconds, len(seen)) == (int(seconds), attempts)


def test_waits_grow_where_none_is_asked_for() -> None:
    waits = Waits()
    retries = Retries(sleep=waits)
    assert [retries.wait_after(attempt, None) for attempt in range(1, 6)] == [True] * 4 + [False]
    assert all(0.1 * 2**n <= wait <= 0.2 * 2**n for n, wait in enumerate(waits, 1))


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"code":"not-found","detail":"No."}'])
def test_every_answer_that_is_no_success_is_a_problem(content: bytes) -> None:
    with pytest.raises(Problem) as told:
        client(lambda request: httpx.Response(404, content=content)).request("nobody", method="get", url="/x")
    assert told.value.status == 404
    assert told.value.code == ("not-found" if b"code" in content else "")


def test_what_the_client_has_is_told_apart() -> None:
    with pytest.raises(NotModified):
        client(lambda request: httpx.Response(304)).request("nobody", method="get", url="/x")
