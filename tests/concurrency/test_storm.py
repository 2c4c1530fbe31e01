"""Storms: nothing acknowledged is lost or misplaced, and every history has a sequential explanation."""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import chain

import pytest
from pymongo.errors import PyMongoError

from cli import checker, connection
from cli.violation import Violation
from tenantry import organizations
from tenantry.reconciliation import reconcile
from tenantry.tenants.intents import LEASE
from tests.concurrency.aftermath import Aftermath
from tests.concurrency.consistency import contradictions
from tests.concurrency.history import Operation
from tests.concurrency.name_model import Names
from tests.concurrency.server import Server
from tests.concurrency.storm import storm
from tests.support.databases import Databases

SECONDS = float(os.environ.get("STORM_SECONDS", "8"))

SETTLED_SECONDS = 2 * LEASE.total_seconds()
FIGURES = "storm"

pytestmark = pytest.mark.timeout(300 + 10 * SECONDS)
Record = Callable[[str, object], None]


def check(databases: Databases, histories: list[list[Operation]], record: Record) -> None:
    """Settle what was left, and check what is stored and the history."""
    give_up_at = time.monotonic() + SETTLED_SECONDS
    while reconcile(timedelta()).failed and time.monotonic() < give_up_at:
        pass  # the lease of a process that has given up has not run out yet
    operations = list(chain.from_iterable(histories))
    aftermath = Aftermath(databases, operations)
    found: dict[str, Sequence[object]] = {
        "lost": aftermath.lost(),
        "zombies": aftermath.zombies(),
        "foreign": aftermath.foreign(),
        "violations": violations(databases),
        "contradictions": contradictions([*operations, *aftermath.operations()]),
    }
    numbers = figures(operations) | {name: len(what) for name, what in found.items()}
    record(FIGURES, ", ".join(f"{number} {name}" for name, number in numbers.items()))
    assert {name: what for name, what in found.items() if what} == {}


def violations(databases: Databases) -> list[Violation]:
    """Return what the independent checker finds, intents of any age included."""
    target = connection.Target(databases.uri, databases.master.name, databases.tenants.name)
    with connection.connected(target) as stored:
        return checker.verify(stored, timedelta(), lambda *_: None).violations


def figures(operations: list[Operation]) -> dict[str, int]:
    """Count what was done, and what was not."""
    names = Names(operations)
    done = Counter(operation.name for operation in operations if operation.outcome == "done")
    return {
        "renames": sum(map(names.is_rename, operations)),
        "creations": done["create"],
        "deletions": done["delete"],
        "acknowledged writes": done["insert"] + done["set"] + done["remove"],
        "reads": done["get"] + done["read"],
        "refused": sum(operation.outcome == "refused" for operation in operations),
        "unknown": sum(operation.outcome == "unknown" for operation in operations),
    }


def is_timeout(failure: Operation) -> bool:
    """Tell whether the machine may be to blame, and not what the library sent to the server."""
    return not failure.result.startswith("OperationFailure(")


def test_storm(databases: Databases, record_property: Record) -> None:
    histories = storm(SECONDS)
    check(databases, histories, record_property)
    failures = [operation for operation in chain.from_iterable(histories) if operation.outcome == "unknown"]
    assert [failure for failure in failures if not is_timeout(failure)] == []


def test_storm_with_the_server_killed_in_its_middle(
    server: Server, databases: Databases, record_property: Record
) -> None:
    restarted = 0

    def outage() -> None:
        nonlocal restarted
        server.kill()
        with pytest.raises(PyMongoError):
            organizations.find("any")
        server.start()
        restarted = time.monotonic_ns()

    histories = storm(SECONDS / 2, outage)
    assert any(operation.outcome == "unknown" for history in histories for operation in history)
    for history in histories[1:]:
        assert any(operation.invoked > restarted and operation.outcome == "done" for operation in history)
    check(databases, histories, record_property)
