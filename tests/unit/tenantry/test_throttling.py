from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from tenantry import database, throttling
from tenantry.errors import TooManyRequests
from tenantry.throttling import FREE_FAILURES

# How the pause grows is computed by the server, so a test of it needs a real one.
Master = Database[dict[str, Any]]
EMAIL = "ada@example.com"


def block(master: Master, pause: timedelta) -> datetime:
    end = database.now() + pause
    throttling.record_failure(EMAIL)
    master["login_attempts"].update_one({}, {"$set": {"blocked_until": end}})
    return end


def test_an_address_is_free_at_first(master: Master) -> None:
    throttling.check(EMAIL)
    assert master["login_attempts"].count_documents({}) == 0


def test_the_first_failures_are_free(master: Master) -> None:
    for _ in range(FREE_FAILURES - 1):
        throttling.record_failure(EMAIL)
        throttling.check(EMAIL)
    (counted,) = master["login_attempts"].find()
    assert counted["failures"] == FREE_FAILURES - 1
    assert counted["expires_at"] > database.now()


def test_during_a_pause_an_attempt_is_refused_until_its_end(master: Master) -> None:
    block(master, timedelta(seconds=20))
    with pytest.raises(TooManyRequests) as caught:
        throttling.check(EMAIL)
    assert 18 <= caught.value.retry_after_seconds <= 20


def test_retry_after_is_never_too_short(master: Master) -> None:
    end = block(master, timedelta(seconds=19.5))
    with pytest.raises(TooManyRequests) as caught:
        throttling.check(EMAIL)
    assert database.now() + timedelta(seconds=caught.value.retry_after_seconds) >= end


def test_after_the_pause_an_attempt_is_allowed(master: Master) -> None:
    block(master, timedelta(seconds=-1))
    throttling.check(EMAIL)
    assert master["login_attempts"].count_documents({}) == 1


def test_a_pause_is_for_one_address(master: Master) -> None:
    block(master, timedelta(seconds=20))
    throttling.check("grace@example.com")
    with pytest.raises(TooManyRequests):
        throttling.check(EMAIL)


def test_a_success_is_a_fresh_start(master: Master) -> None:
    block(master, timedelta(seconds=20))
    throttling.forget(EMAIL)
    throttling.check(EMAIL)
    assert master["login_attempts"].count_documents({}) == 0


def test_addresses_without_account_are_not_stored(master: Master) -> None:
    throttling.record_failure(EMAIL)
    assert EMAIL not in str(list(master["login_attempts"].find()))
