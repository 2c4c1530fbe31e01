"""One login, many threads: who refreshes, and with which token."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tenantry_client import Problem
from tests.unit.clients.service import Sessions, client, get

THREADS = 8


def test_token_near_its_end_is_replaced_once_for_all_threads() -> None:
    sessions, kept = Sessions(), list[str]()
    tenantry = client(sessions, on_refresh_token=kept.append)
    sessions.expires_in = 20
    tenantry.log_in("ada@example.com", "secret")
    sessions.expires_in = 900
    start = threading.Barrier(THREADS)

    def ask() -> int:
        start.wait()
        return get(tenantry).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(THREADS)]]
    assert answers == [200] * THREADS
    assert sessions.refreshes == ["refresh-1"]
    assert kept == ["refresh-1", "refresh-2"]


def test_token_that_is_refused_is_replaced_once_for_all_threads() -> None:
    sessions, refused = Sessions(), threading.Barrier(THREADS)

    def answer(request: httpx.Request) -> httpx.Response:
        answered = sessions(request)
        if answered.status_code == 401:
            refused.wait()  # until every thread has been refused
        return answered

    tenantry = client(answer, refresh_token="refresh-1")
    assert get(tenantry).status_code == 200
    sessions.number += 1  # as if another process had refreshed: the access token here is dead
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: get(tenantry).status_code, range(THREADS)))
    assert answers == [200] * THREADS
    assert sessions.refreshes == ["refresh-1", "refresh-2"]


def test_refresh_without_an_answer_repeats_the_same_token() -> None:
    sessions = Sessions()
    sessions.break_after = {1, 2}
    tenantry = client(sessions, refresh_token="refresh-1")
    assert get(tenantry).status_code == 200
    assert sessions.refreshes == ["refresh-1"] * 3
    assert tenantry.tokens is not None
    assert tenantry.tokens.refresh_token == "refresh-2"


def test_session_that_has_ended_is_told_and_not_asked_for_again() -> None:
    sessions = Sessions()
    tenantry = client(sessions, refresh_token="refresh-of-another-session")
    with pytest.raises(Problem) as told:
        get(tenantry)
    assert (told.value.status, told.value.code) == (401, "invalid-refresh-token")
    with pytest.raises(Problem, match="invalid-token"):
        get(tenantry)
    assert len(sessions.refreshes) == 1
    assert tenantry.tokens is None


def test_login_ends_and_key_is_never_refreshed() -> None:
    sessions = Sessions()
    tenantry = client(sessions)
    tenantry.log_in("ada@example.com", "secret")
    tenantry.log_out()
    for caller in (tenantry, client(sessions, api_key="tk_example")):
        with pytest.raises(Problem, match="invalid-token"):
            get(caller)
    assert sessions.refreshes == []
