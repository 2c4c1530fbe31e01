"""A storm of people: whatever they do at once, what is stored is whole, and who is removed has no access."""

import base64
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any, Final

import pytest
from pymongo.errors import PyMongoError

from tests.concurrency.people import Person
from tests.concurrency.server import Server
from tests.concurrency.test_storm import RESUMPTION_SECONDS, settle, violations
from tests.support import library
from tests.support.databases import Databases
from tests.support.fork_server import processes, replace_environment
from tests.support.service import Service

SECONDS: Final = float(os.environ.get("STORM_SECONDS", "4"))
PEOPLE: Final = 4
MAIL: Final = {"MAIL_FROM": "no-reply@example.com", "APP_URL": "https://app.example.com"}

pytestmark = [pytest.mark.timeout(300 + 10 * SECONDS), pytest.mark.usefixtures("signing_key")]
Results = list[Any]  # of each process: what was done, tokens, failures


def _play(seed: int, environment: dict[str, str], stop: Event, results: "Connection[Any, None]") -> None:
    replace_environment(environment)
    library.hash_with_few_rounds(pytest.MonkeyPatch())
    library.sign_without_secrets_manager(pytest.MonkeyPatch())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where functions log
    person = Person(seed)
    results.send("ready")
    while not stop.is_set():
        try:
            person.act()
        except PyMongoError:
            time.sleep(0.1)  # a read of the test's own, while there is no server
    results.send((person.done, person.tokens, person.failures))


def storm(interruption: Callable[[], None] | None = None) -> tuple[Counter[str], list[str], list[str]]:
    """Let people run into each other; return what was done, some of their tokens, and what failed."""
    stop = processes.Event()
    playing, results = [], []
    for seed in range(PEOPLE):
        receiving, sending = processes.Pipe(duplex=False)
        process = processes.Process(target=_play, args=(seed, dict(os.environ), stop, sending), daemon=True)
        process.start()
        sending.close()
        playing.append(process)
        results.append(receiving)
    try:
        for result in results:
            result.recv()  # so that the seconds are not spent on starting processes
        time.sleep(SECONDS)
        if interruption is not None:
            interruption()
            time.sleep(max(SECONDS, RESUMPTION_SECONDS))
        stop.set()
        received = [result.recv() for result in results]
    finally:
        for process in playing:
            process.kill()
            process.join()
    done, tokens, failures = zip(*received, strict=True)
    return (
        sum(map(Counter, done), Counter[str]()),
        list(itertools.chain.from_iterable(tokens)),
        list(itertools.chain.from_iterable(failures)),
    )


def check(databases: Databases, tokens: list[str]) -> None:
    """Settle what was left, and check what is stored and what tokens give."""
    settle()
    assert violations(databases) == []
    members = {
        (member["account_id"], member["organization_id"]) for member in databases.master["members"].find()
    }
    epochs = {account["_id"]: account["auth_epoch"] for account in databases.master["accounts"].find()}
    service = Service()
    for token in tokens:
        claims = _claims_of(token)
        if "org_id" in claims:
            answer = service.get(f"/organizations/{claims['org_id']}", token=token)
            is_in = (claims["sub"], claims["org_id"]) in members and epochs.get(claims["sub"]) == claims[
                "epoch"
            ]
            assert answer.status in ({200, 401} if is_in else {401}), answer.text


def _claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


@pytest.fixture(autouse=True)
def mail(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in MAIL.items():
        monkeypatch.setenv(name, value)


def test_storm_of_people(databases: Databases, record_property: Callable[[str, object], None]) -> None:
    done, tokens, failures = storm()
    record_property("storm", ", ".join(f"{number} {name}" for name, number in sorted(done.items())))
    check(databases, tokens)
    assert failures == []
    assert done.keys() >= {"log in", "invite", "list members"}, done


def test_storm_of_people_with_the_server_killed_in_its_middle(server: Server, databases: Databases) -> None:
    def outage() -> None:
        server.kill()
        server.start()

    _, tokens, _ = storm(outage)
    check(databases, tokens)
