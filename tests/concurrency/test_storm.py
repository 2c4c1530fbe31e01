"""Storms: nothing acknowledged is lost or misplaced, and every history has a sequential explanation."""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import chain

import pytest

from cli import checker, connection
from cli.violation import Violation
from tenantry.http import handlers
from tenantry.lifecycle.intents.completion import LEASE
from tenantry.lifecycle.intents.settling import MAX_WAIT_SECONDS
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry.organizations import former_slugs
from tenantry.runtime import clients
from tenantry.runtime.settings import settings
from tests.concurrency.aftermath import Aftermath
from tests.concurrency.client import SLUGS, Client
from tests.concurrency.consistency import contradictions
from tests.concurrency.history import Operation
from tests.concurrency.name_model import Names
from tests.concurrency.server import Server
from tests.concurrency.storm import EMAILS, storm
from tests.support.databases import Databases

SECONDS = float(os.environ.get("STORM_SECONDS", "6"))

RESUMPTION_SECONDS = clients.REQUEST_TIMEOUT_SECONDS + MAX_WAIT_SECONDS  # of requests that have begun before
SETTLED_SECONDS = 2 * LEASE.total_seconds()
FIGURES = "storm"

pytestmark = [pytest.mark.timeout(300 + 10 * SECONDS), pytest.mark.usefixtures("signing_key")]
Record = Callable[[str, object], None]


def check(databases: Databases, histories: list[list[Operation]], record: Record) -> None:
    """Settle what was left, and check what is stored and the history."""
    settle()
    operations = list(chain.from_iterable(histories))
    aftermath = Aftermath(databases, operations)
    wrong: dict[str, Sequence[object]] = {
        "lost": aftermath.lost(),
        "zombies": aftermath.zombies(),
        "foreign": aftermath.foreign(),
        "misrecorded": aftermath.misrecorded(),
        "violations": violations(databases),
        "contradictions": contradictions([*operations, *aftermath.operations()], held_by_renames()),
    }
    numbers = figures(operations) | {name: len(items) for name, items in wrong.items()}
    record(FIGURES, ", ".join(f"{number} {name}" for name, number in numbers.items()))
    assert {name: items for name, items in wrong.items() if items} == {}


def settle() -> None:
    """Complete what was interrupted."""
    give_up_at = time.monotonic() + SETTLED_SECONDS
    while reconcile(timedelta()).failed and time.monotonic() < give_up_at:
        pass  # the lease of a process that has given up has not run out yet


def violations(databases: Databases) -> list[Violation]:
    """Return what the independent checker finds, intents of any age included."""
    target = connection.Target(databases.uri, databases.master.name, databases.tenants.name)
    with connection.connected(target) as stored:
        return checker.verify(stored, timedelta(), lambda *_: None).violations


def held_by_renames() -> int:
    """Return how many former slugs an organization may have."""
    return former_slugs.MAX if settings().former_slug_days else 0


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
        "logins": done["login"],
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


def test_storm_with_the_server_killed_in_its_middle_where_much_is_kept(
    server: Server, databases: Databases, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    for name in ("FORMER_SLUG_DAYS", "DELETION_GRACE_DAYS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("ORGANIZATIONS_PER_ACCOUNT", "1000")  # or soon none can be deleted any more
    settings.cache_clear()
    down = up = 0

    def outage(client: Client) -> None:
        nonlocal down, up
        server.kill()
        down = time.monotonic_ns()
        with monkeypatch.context() as patch:
            patch.setattr(handlers, "REQUEST_TIMEOUT_SECONDS", 1)
            ask_for_everything(client)
        up = time.monotonic_ns()
        server.start()

    histories = storm(max(SECONDS / 2, RESUMPTION_SECONDS), outage)
    for history in histories[1:]:
        assert any(operation.invoked > up and operation.outcome == "done" for operation in history)
    while_down = [
        operation
        for operation in chain.from_iterable(histories)
        if operation.invoked > down and operation.responded < up
    ]
    assert {operation.name for operation in while_down} >= {"login", "read", "create", "update", "delete"}
    assert {operation.outcome for operation in while_down} == {"unknown"}
    # What is asked and answered while there is no server has not happened.
    check(
        databases,
        [[operation for operation in history if operation not in while_down] for history in histories],
        record_property,
    )


def ask_for_everything(client: Client) -> None:
    """Send every request once, for an organization that the client has made and is logged in to."""
    organization_id = client.operations[0].organization
    client.log_in(EMAILS[0])
    client.read(organization_id)
    client.create(organization_id, SLUGS[0])
    client.update(organization_id, SLUGS[0])
    client.delete(organization_id)
