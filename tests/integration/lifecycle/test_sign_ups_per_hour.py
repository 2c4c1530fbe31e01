"""One source, or one account, asks for so many organizations an hour; others pay nothing for it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from tenantry.errors import TooManyRequests
from tenantry.lifecycle import sign_ups
from tenantry.runtime import request_context
from tenantry.runtime.settings import settings
from tests.integration.audit.records import OPERATOR, recorded
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, log_in
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, Service

ALLOWED: Final = 6
HERE: Final = "198.51.100.1"
ELSEWHERE: Final = "198.51.100.2"

pytestmark = pytest.mark.usefixtures("few_sign_ups")


@pytest.fixture
def few_sign_ups(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SIGN_UPS_PER_HOUR", str(ALLOWED))
    settings.cache_clear()
    yield
    settings.cache_clear()


def ask(
    name: str,
    email: str | None = None,
    *,
    address: str = HERE,
    token: str | None = None,
    operator: bool = False,
) -> Answer:
    """Ask for an organization as API Gateway hands it on that has seen this address."""
    body = {"name": name} | ({} if token else {"email": email or f"{name}@new.example", "password": PASSWORD})
    fields = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    path = "/operator/organizations" if operator else "/organizations"
    event = proxy_event("POST", path, fields, json.dumps(body))
    event["requestContext"]["identity"] = {"sourceIp": address} | ({"userArn": OPERATOR} if operator else {})
    return Service().send(event)


def let_pass(databases: Databases, duration: timedelta) -> None:
    milliseconds = duration // timedelta(milliseconds=1)
    moved = {name: {"$subtract": [f"${name}", milliseconds]} for name in ("expires_at", "blocked_until")}
    databases.master["login_attempts"].update_many({}, [{"$set": moved}])


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.code) == (429, "too-many-requests")
    assert 0 < int(answer.headers["retry-after"]) <= 3600 / ALLOWED


def test_sign_ups_of_a_source_are_limited(service: Service, databases: Databases) -> None:
    assert [ask(f"a{number}").status for number in range(ALLOWED)] == [201] * ALLOWED
    assert_refused(ask("late"))
    assert databases.master["organizations"].count_documents({}) == ALLOWED
    assert ask("elsewhere", address=ELSEWHERE).status == 201
    assert ask("operator", operator=True).status == 201
    let_pass(databases, timedelta(hours=1) / ALLOWED)
    assert ask("late").status == 201
    assert_refused(ask("later"))


def test_what_an_account_asks_for_counts_for_it_alone(service: Service, databases: Databases) -> None:
    """So that one who deletes and creates in a loop has to stop, too."""
    assert ask("alpha").status == 201
    token = log_in(service, "alpha@new.example")
    names = [f"a{number}" for number in range(ALLOWED + 1)]
    statuses = [ask(name, token=token, address=ELSEWHERE).status for name in names]
    assert statuses == [201] * ALLOWED + [429]
    assert ask("beta", address=ELSEWHERE).status == 201


@pytest.mark.parametrize(("name", "email", "code"), [
    ("alpha", "new@new.example", "organization-exists"),
    ("fresh", "alpha@new.example", "email-taken"),
])  # fmt: skip
def test_asking_for_what_is_taken_counts_twice_and_is_recorded(
    service: Service, databases: Databases, name: str, email: str, code: str
) -> None:
    assert ask("alpha", address=ELSEWHERE).status == 201
    before = len(recorded(databases))
    assert [ask(name, email).code for _ in range(ALLOWED // 2)] == [code] * (ALLOWED // 2)
    records = recorded(databases)[before:]
    assert [(record["action"], record["result"], record["details"]) for record in records] == [
        ("sign_up.refused", "failure", {"reason": code})
    ] * (ALLOWED // 2)
    assert {record["source_address"] for record in records} == {HERE}
    assert all((record["expires_at"] - record["at"]).days == 30 for record in records)
    for refused in (ask(name, email), ask("free", "free@new.example")):
        assert_refused(refused)


def test_of_many_at_once_no_more_are_let_through() -> None:
    def attempt() -> bool:
        with request_context.answering("request", HERE):
            try:
                with sign_ups.admitted(None):
                    return True
            except TooManyRequests:
                return False

    assert at_once([attempt] * 20).count(True) == ALLOWED
