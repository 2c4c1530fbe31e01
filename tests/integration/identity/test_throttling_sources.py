"""Failures count for the source that they come from, whatever the accounts that they are about."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from tenantry.errors import TooManyRequests
from tenantry.identity import throttling
from tenantry.identity.credentials import check_password
from tenantry.identity.throttling import FORGIVES_ONE_AFTER, FREE_FAILURES, FREE_FAILURES_OF_SOURCE
from tenantry.runtime import moments, request_context
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, Service

HERE: Final = "198.51.100.1"
ELSEWHERE: Final = "198.51.100.2"
MINUTE_MS: Final = 60_000
WRONG: Final = "not the password at all"


def is_verified(email: str, address: str = HERE, *, succeeds: bool = False) -> bool:
    """Attempt to log in from an address, and tell whether a pause allows it."""
    with request_context.answering("request", address):
        try:
            throttling.of_stranger(email).begin()
        except TooManyRequests:
            return False
        if succeeds:
            throttling.of_stranger(email).forget()
    return True


def fail(failures: int, address: str = HERE) -> list[bool]:
    """Fail with one address of e-mail after the other."""
    return [is_verified(f"{number}@guessed.example", address) for number in range(failures)]


def counter(databases: Databases, network: str = HERE) -> Any:
    return databases.master["login_attempts"].find_one({"_id": hashlib.sha256(network.encode()).hexdigest()})


def failures_of(databases: Databases, network: str = HERE) -> int:
    """Return how many failures the source has not been forgiven yet."""
    stored = counter(databases, network)
    time_left = stored["expires_at"] - moments.now() if stored else timedelta()
    return max(0, -(-time_left // FORGIVES_ONE_AFTER))  # a minute that has begun is not over


def let_pass(databases: Databases, minutes: int, network: str = HERE) -> None:
    """Do what time does to a source's counter."""
    moved = {
        name: {"$subtract": [f"${name}", minutes * MINUTE_MS]} for name in ("expires_at", "blocked_until")
    }
    databases.master["login_attempts"].update_one(
        {"_id": hashlib.sha256(network.encode()).hexdigest()}, [{"$set": moved}]
    )


def log_in_from(
    address: str, email: str, password: str = PASSWORD, *, fields: dict[str, str] | None = None
) -> Answer:
    """Send a login as API Gateway hands it on that has seen this address."""
    body = json.dumps({"email": email, "password": password})
    event = proxy_event("POST", "/login", {"Content-Type": "application/json"} | (fields or {}), body)
    event["requestContext"]["identity"]["sourceIp"] = address
    return Service().send(event)


@pytest.fixture
def kdf_calls(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """Record every password that is verified."""
    calls: list[str] = []
    derive = hashlib.pbkdf2_hmac

    def recorded(*arguments: Any) -> bytes:
        calls.append(arguments[0])
        return derive(*arguments)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", recorded)
    return calls


def test_failures_at_once_all_count(databases: Databases) -> None:
    attempts = [partial(is_verified, f"{number}@guessed.example") for number in range(20)]
    assert at_once(attempts) == [True] * 20
    assert failures_of(databases) == 20


def test_of_guesses_at_once_none_is_verified_beyond_the_free_ones(databases: Databases) -> None:
    fail(FREE_FAILURES_OF_SOURCE - 5)
    guesses = [partial(is_verified, f"{number}@other.example") for number in range(20)]
    assert at_once(guesses).count(True) == 5
    assert failures_of(databases) == FREE_FAILURES_OF_SOURCE
    counted = databases.master["login_attempts"].count_documents({})
    assert counted == 1 + FREE_FAILURES_OF_SOURCE  # refused ones do not count for their addresses


def test_source_without_a_failure_left_has_to_pause_whatever_it_sends(
    owner: Owner, databases: Databases, kdf_calls: list[str]
) -> None:
    fail(FREE_FAILURES_OF_SOURCE)
    kdf_calls.clear()
    for fields in ({}, {"X-Forwarded-For": ELSEWHERE}, {"X-Forwarded-For": f"{ELSEWHERE}, {HERE}"}):
        for password in (WRONG, PASSWORD):
            answer = log_in_from(HERE, owner.email, password, fields=fields)
            assert (answer.status, answer.code) == (429, "too-many-requests")
            assert 0 < int(answer.headers["retry-after"]) <= FORGIVES_ONE_AFTER.total_seconds()
    assert kdf_calls == []
    assert log_in_from(ELSEWHERE, owner.email).status == 200
    assert failures_of(databases) == FREE_FAILURES_OF_SOURCE


def test_source_is_forgiven_one_failure_per_minute_and_all_in_the_end(databases: Databases) -> None:
    fail(FREE_FAILURES_OF_SOURCE)
    for minutes in (1, 3):
        let_pass(databases, minutes)
        assert fail(minutes + 1) == [True] * minutes + [False]
    let_pass(databases, 2 * FREE_FAILURES_OF_SOURCE)
    assert failures_of(databases) == 0
    assert fail(FREE_FAILURES_OF_SOURCE + 1).count(True) == FREE_FAILURES_OF_SOURCE


def test_success_takes_back_itself_and_no_failure(databases: Databases) -> None:
    """Whoever stuffs others' credentials has an account, too."""
    fail(50)
    for _ in range(60):
        assert is_verified("own@account.example", succeeds=True)
    assert failures_of(databases) == 50
    assert fail(60).count(True) == FREE_FAILURES_OF_SOURCE - 50


def test_office_with_right_passwords_never_pauses(databases: Databases) -> None:
    fail(FREE_FAILURES_OF_SOURCE - 21)  # what mistyping has left
    logins = [partial(is_verified, f"{number}@office.example", succeeds=True) for number in range(20)]
    for _ in range(5):
        assert at_once(logins) == [True] * 20
    assert failures_of(databases) == FREE_FAILURES_OF_SOURCE - 21


def test_refusal_of_an_address_that_pauses_does_not_count_for_the_source(databases: Databases) -> None:
    attempts = [is_verified("ada@example.com") for _ in range(FREE_FAILURES + 10)]
    assert attempts == [True] * FREE_FAILURES + [False] * 10
    assert failures_of(databases) == FREE_FAILURES


def test_neighbours_in_one_ipv6_network_are_one_source(databases: Databases) -> None:
    fail(3, "2001:db8:0:7::1")
    fail(3, "2001:db8:0:7:ffff:ffff:ffff:ffff")
    fail(1, "2001:db8:0:8::1")
    assert failures_of(databases, "2001:db8:0:7::/64") == 6
    assert failures_of(databases, "2001:db8:0:8::/64") == 1


def test_failed_logins_count_and_successes_do_not(owner: Owner, databases: Databases) -> None:
    gateway = "203.0.113.7"
    before = failures_of(databases, gateway)
    sign_up(owner.service, "Beta")
    assert failures_of(databases, gateway) == before == 0
    assert owner.service.post("/login", {"email": owner.email, "password": WRONG}).status == 401
    assert owner.service.post("/login", {"email": "nobody@a.example", "password": WRONG}).status == 401
    assert failures_of(databases, gateway) == 2


def test_counter_names_nobody_and_ends_with_the_last_failure(databases: Databases) -> None:
    fail(7)
    stored = counter(databases)
    assert HERE not in str(stored)
    assert set(stored) == {"_id", "expires_at", "blocked_until"}
    assert timedelta(minutes=6) < stored["expires_at"] - moments.now() <= timedelta(minutes=7)


def test_outside_of_requests_only_the_address_counts(databases: Databases) -> None:
    assert check_password(throttling.of_stranger("ada@example.com"), None, WRONG) is False
    (counted,) = databases.master["login_attempts"].find()
    assert counted["failures"] == 1
