"""Roll-outs while organizations are created, renamed and deleted, and their members change indexes."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Final

import pytest
from pymongo.errors import OperationFailure

from tenantry.errors import TenantryError
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.reconciling import reconcile
from tenantry.lifecycle.rollouts.errors import RolloutBusy
from tenantry.registry import clusters
from tenantry.registry.organizations.document import organizations
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.rollouts.definitions import definition, roll_out, undo
from tests.support import library
from tests.support.databases import Databases

SECONDS: Final = float(os.environ.get("STORM_SECONDS", "1"))
NUMBERS: Final = count()

pytestmark = [pytest.mark.timeout(10 * SECONDS + 120), pytest.mark.own_databases]


def rolling_out() -> None:
    name = f"storm-{next(NUMBERS)}"
    with suppress(RolloutBusy):
        roll_out(name, definition("at", "kind"))
        undo(name)


def renaming(members: list[Membership]) -> None:
    for member in members:
        library.rename(member, f"R {next(NUMBERS)}")


def indexing(members: list[Membership]) -> None:
    for member in members:
        documents = TenantCollection(member.organization_id)
        with suppress(OperationFailure, TenantryError):
            documents.create_index([("at", 1)], name="by-at")
        with suppress(OperationFailure, TenantryError):
            documents.drop_index("by-at")


def coming_and_going() -> None:
    member = library.create(f"N {next(NUMBERS)}")
    TenantCollection(member.organization_id).insert_one({"_id": 1})
    deleting.delete(member, immediately=True)


def test_indexes_and_counters_are_right_in_the_end(databases: Databases) -> None:
    members = [library.create(f"O {next(NUMBERS)}") for _ in range(4)]
    until = time.monotonic() + SECONDS

    def repeat(work: Callable[[], None]) -> int:
        times = 0
        while time.monotonic() < until:
            with suppress(TenantryError):
                work()
            times += 1
        return times

    works = [rolling_out, lambda: renaming(members), lambda: indexing(members), coming_and_going]
    with ThreadPoolExecutor(len(works)) as threads:
        assert all(times > 0 for times in threads.map(repeat, works))
    for rollout in databases.master["rollouts"].find({"state": {"$ne": "undone"}}):
        undo(rollout["_id"])
    reconcile(timedelta(0))
    roll_out("last", definition("kind"))
    own = []
    for member in members:
        stored = databases.organization(member.organization_id)
        names = databases.tenants[stored["collection"]].index_information().keys()
        assert names - {"by-at"} == {"_id_", "by-kind"}
        assert stored["namespaces"] == 1 + len(names)
        own.append("by-at" in names)
    undo("last")
    assert databases.master["organizations"].count_documents({"rollouts.0": {"$exists": True}}) == 0
    total = sum(organization["namespaces"] for organization in organizations().find())
    assert clusters.find_all()[0]["namespaces"] == total == 2 * len(members) + sum(own)
