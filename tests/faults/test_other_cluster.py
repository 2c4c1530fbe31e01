"""A creation whose collection is on another cluster than the master, killed at each of its commands."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from typing import Final, cast

import pytest
from pymongo.database import Database

from cli import connection
from cli.checker import verify
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.runtime.settings import settings
from tests.faults import selection
from tests.faults.bench import Bench
from tests.faults.commands import COMMANDS
from tests.faults.operations import OPERATIONS
from tests.faults.victims import Moment, Victim
from tests.support.databases import Document
from tests.support.mongodb import running_server

_OPERATION: Final = "sign-up-with-key"
_CREATING_HERE: Final = {"create org_beta in transaction", "find org_beta in transaction"}
_ELSEWHERE: Final = (
    "create org_beta in transaction",
    "find organizations",
    "commitTransaction in transaction",
    "collStats org_beta",
    "listCollections",
    "update organizations",
)


def _commands() -> tuple[str, ...]:
    here = [command for command in COMMANDS[_OPERATION] if command not in _CREATING_HERE]
    checked = here.index("find clusters") + 1
    return (*here[:checked], "listCollections", *here[checked:], *_ELSEWHERE)


@pytest.fixture(scope="module")
def second() -> Iterator[Database[Document]]:
    """The tenant database on another server."""
    with running_server() as client:
        client.admin.command("ping")
        yield client["tenants"]


@pytest.fixture
def environment(
    bench: Bench, second: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Environment of a process that places organizations on the second cluster."""
    assert second.client.address is not None
    uri = "mongodb://{}:{}/?replicaSet=tenantry".format(*second.client.address)
    monkeypatch.setenv("MONGODB_CLUSTERS", json.dumps({"second": uri}))
    settings.cache_clear()
    bench.world.renew()
    clusters.register("main", 0)
    clusters.register("second")
    yield {**bench.environment, "MONGODB_CLUSTERS": json.dumps({"second": uri})}
    clusters.close()
    settings.cache_clear()
    clusters.register("main", clusters.DEFAULT_LIMIT)
    bench.databases.master["clusters"].delete_one({"_id": "second"})
    second.client.drop_database(second)


def _check(bench: Bench, second: Database[Document]) -> None:
    master, tenants, elsewhere = (
        cast("Database[connection.Document]", database)
        for database in (bench.databases.master, bench.databases.tenants, second)
    )
    databases = connection.Databases(master, tenants, {"second": elsewhere})
    assert verify(databases, timedelta(), lambda *_: None).violations == []


def test_table_is_what_is_sent(bench: Bench, environment: dict[str, str], second: Database[Document]) -> None:
    with bench.watch.watching():
        OPERATIONS[_OPERATION].request(bench.world.caller)
    assert tuple(bench.watch.commands) == _commands()
    _check(bench, second)


def _cases() -> Iterator[object]:
    follows = cycle(("retry", "reconcile"))
    for index, command in enumerate(_commands()):
        turn = next(follows)
        for moment in ("before", "after"):
            for follow in ("retry", "reconcile"):
                if (moment == "after" and follow == turn) or selection.ALL:
                    name = f"{index}-{command.replace(' ', '_')}-{moment}-{follow}"
                    yield pytest.param(index, moment, follow, id=name)


@pytest.mark.parametrize(("index", "moment", "follow"), list(_cases()))
def test_killed(
    *,
    bench: Bench,
    environment: dict[str, str],
    second: Database[Document],
    index: int,
    moment: Moment,
    follow: str,
) -> None:
    bench.victims.run(Victim(environment, _OPERATION, bench.world.caller(), index, moment))
    for client in (bench.databases.client, second.client):
        client.admin.command({"killAllSessions": []})
    bench.world.let_time_pass()
    if follow == "retry":
        assert OPERATIONS[_OPERATION].attempt(bench.world.caller).kind == "done"
    else:
        assert reconcile(timedelta()).failed == []
    organization = finding.find_holder("beta")
    assert organization is None or organization["state"] == "active"
    assert second.list_collection_names() == (["org_beta"] if organization else [])
    assert bool(organization) or follow == "reconcile"
    assert reconcile(timedelta()).settled == []
    _check(bench, second)
