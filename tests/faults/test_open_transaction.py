"""A process that dies within a transaction leaves its locks behind until the server aborts it, 60 s later."""

import time

import pytest

from tenantry.runtime import mongodb
from tests.faults.bench import Bench
from tests.faults.commands import COMMANDS
from tests.faults.invariants import assert_invariants
from tests.faults.model import UNKNOWN
from tests.faults.operations import OPERATIONS
from tests.faults.victims import Victim


@pytest.mark.parametrize("operation", ["sign-up", "create", "delete", "update-one"])
def test_request_in_the_way_of_an_open_transaction_ends_in_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    monkeypatch.setattr(mongodb, "REQUEST_TIMEOUT_SECONDS", 0.5)
    start = bench.world.renew()
    last_write = len(COMMANDS[operation]) - 2
    bench.victims.run(Victim(dict(bench.environment), operation, start.stale(), last_write, "after"))
    began = time.monotonic()
    assert OPERATIONS[operation].attempt(start.stale) == UNKNOWN
    assert time.monotonic() - began < 10
    bench.reap_transactions()
    assert OPERATIONS[operation].attempt(start.stale).kind == "done"
    assert_invariants(bench.databases)
