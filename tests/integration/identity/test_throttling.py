"""Attempts to log in are counted before anything is verified, however many come at once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest

from tenantry.errors import TooManyRequests
from tenantry.identity import throttling
from tenantry.identity.credentials import check_password
from tenantry.identity.throttling import FIRST_PAUSE_SECONDS, FREE_FAILURES, LONGEST_PAUSE_SECONDS
from tenantry.runtime import moments
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document

EMAIL = "ada@example.com"


def counter(databases: Databases) -> Document:
    (counted,) = databases.master["login_attempts"].find()
    return counted


def end_pause(databases: Databases, since: timedelta = timedelta(seconds=1)) -> None:
    end = {"$set": {"blocked_until": moments.now() - since}}
    databases.master["login_attempts"].update_one({}, end)


@pytest.fixture
def behind_majority(own_server: None, databases: Databases) -> Iterator[None]:
    """Keep the server from writing its journal, and so the majority from having what is stored meanwhile."""
    pause: Document = {"configureFailPoint": "pauseJournalFlusherBeforeFlush"}
    databases.client.admin.command(pause | {"mode": "alwaysOn"})
    yield
    databases.client.admin.command(pause | {"mode": "off"})


def is_verified(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except TooManyRequests:
        return False
    return True


def test_pauses_double_up_to_the_longest(databases: Databases) -> None:
    pauses = []
    for number in range(FREE_FAILURES + 9):
        before = moments.now()
        throttling.of_stranger(EMAIL).begin()
        assert counter(databases)["failures"] == number + 1
        pauses.append(round((counter(databases)["blocked_until"] - before).total_seconds()))
        end_pause(databases)
    assert pauses[: FREE_FAILURES - 1] == [0] * (FREE_FAILURES - 1)
    grown = [FIRST_PAUSE_SECONDS * 2**doubled for doubled in range(6)]
    assert pauses[FREE_FAILURES - 1 : FREE_FAILURES + 5] == grown
    assert pauses[-1] == pauses[-2] == LONGEST_PAUSE_SECONDS


def test_during_a_pause_nothing_is_counted(databases: Databases) -> None:
    for _ in range(FREE_FAILURES):
        throttling.of_stranger(EMAIL).begin()
    before = counter(databases)
    with pytest.raises(TooManyRequests) as caught:
        throttling.of_stranger(EMAIL).begin()
    assert counter(databases) == before
    retry_at = moments.now() + timedelta(seconds=caught.value.retry_after_seconds)
    assert before["blocked_until"] <= retry_at <= before["blocked_until"] + timedelta(seconds=2)
    throttling.of_stranger("grace@example.com").begin()


@pytest.mark.parametrize("guesses", [5, 30])
def test_guesses_at_once_all_count(databases: Databases, guesses: int) -> None:
    verified = at_once([partial(is_verified, throttling.of_stranger(EMAIL).begin)] * guesses)
    assert verified.count(True) == min(guesses, FREE_FAILURES) == counter(databases)["failures"]


def test_of_guesses_at_the_end_of_a_pause_one_is_verified(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(FREE_FAILURES):
        throttling.of_stranger(EMAIL).begin()
    end_pause(databases)
    calls: list[str] = []
    monkeypatch.setattr(
        "tenantry.identity.passwords.verify_password", lambda password, _: calls.append(password)
    )
    guess = partial(is_verified, partial(check_password, throttling.of_stranger(EMAIL), None, "guess"))
    assert at_once([guess] * 20).count(True) == 1
    assert calls == ["guess"]
    assert counter(databases)["failures"] == FREE_FAILURES + 1


@pytest.mark.usefixtures("behind_majority")
def test_counts_and_pauses_need_no_majority() -> None:
    verified = at_once([partial(is_verified, throttling.of_stranger(EMAIL).begin)] * 30)
    assert verified.count(True) == FREE_FAILURES
    with pytest.raises(TooManyRequests):
        throttling.of_stranger(EMAIL).begin()


def test_a_success_is_a_fresh_start(databases: Databases) -> None:
    for _ in range(3):
        throttling.of_stranger(EMAIL).begin()
    throttling.of_stranger(EMAIL).forget()
    assert counter(databases)["failures"] == 0
    assert counter(databases)["expires_at"] <= moments.now()
    for _ in range(FREE_FAILURES):
        throttling.of_stranger(EMAIL).begin()
    with pytest.raises(TooManyRequests):
        throttling.of_stranger(EMAIL).begin()


def test_counters_are_forgotten_after_a_day_and_name_nobody(databases: Databases) -> None:
    throttling.of_stranger(EMAIL).begin()
    counted = counter(databases)
    assert EMAIL not in str(counted)
    assert isinstance(counted["expires_at"], datetime)
    assert timedelta(hours=23) < counted["expires_at"] - moments.now() <= timedelta(hours=24)
