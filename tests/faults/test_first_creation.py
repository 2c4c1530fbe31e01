"""The very first creation makes the master's indexes and views, and may be killed at each of them."""

from collections.abc import Iterator
from itertools import count

import pytest

from tenantry.registry import schema
from tenantry.runtime.settings import settings
from tests.faults.bench import Bench, ensure_schema
from tests.faults.commands import COMMANDS
from tests.faults.invariants import assert_invariants
from tests.faults.operations import OPERATIONS
from tests.faults.victims import Victim
from tests.support.databases import Databases

_REGISTRATION = 2  # the master's cluster is registered, and the clusters are read again
_COMMANDS = len(schema.INDEXES) + len(schema.VIEWS) + _REGISTRATION + len(COMMANDS["sign-up"])
_numbers = count()


@pytest.fixture
def databases(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    """Databases in which nothing is, not even an index."""
    client, number = bench.databases.client, next(_numbers)
    empty = Databases(bench.databases.uri, client, client[f"master_{number}"], client[f"tenants_{number}"])
    monkeypatch.setenv("MASTER_DATABASE", empty.master.name)
    monkeypatch.setenv("TENANT_DATABASE", empty.tenants.name)
    monkeypatch.setattr(schema, "ensure_schema", ensure_schema)
    settings.cache_clear()
    yield empty
    settings.cache_clear()
    empty.drop()


@pytest.mark.parametrize("index", range(_COMMANDS))
def test_first_creation(bench: Bench, databases: Databases, index: int) -> None:
    caller = bench.world.caller()  # a sign-up asks for none
    names = {"MASTER_DATABASE": databases.master.name, "TENANT_DATABASE": databases.tenants.name}
    environment = {**bench.environment, **names}
    bench.victims.run(Victim(environment, "sign-up", caller, index, "after", finds_indexes=False))
    bench.reap_transactions()
    answer = OPERATIONS["sign-up"].attempt(lambda: caller)
    is_committed = index == _COMMANDS - 1
    assert answer.kind == ("refused" if is_committed else "done")
    assert_invariants(databases)
