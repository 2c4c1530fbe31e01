"""Roll-outs while organizations are created, renamed and deleted, and their members change indexes."""

import os
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Final

import pytest
from pymongo.errors import OperationFailure, PyMongoError

from tenantry.errors import TenantryError
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.lifecycle.intents.completion import LEASE
from tenantry.lifecycle.reconciling import reconcile
from tenantry.lifecycle.rollouts.errors import RolloutError
from tenantry.registry import clusters
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.rollouts.definitions import definition, roll_out, undo
from tests.support import library
from tests.support.databases import Databases

SECONDS: Final = float(os.environ.get("STORM_SECONDS", "1"))
NUMBERS: Final = count()

pytestmark = [pytest.mark.timeout(10 * SECONDS + 120), pytest.mark.own_databases]


def rolling_out() -> None:
    name = f"storm-{next(NUMBERS)}"
    roll_out(name, definition("at", "kind"))
    undo_wholly(name)


def undo_wholly(name: str) -> None:
    """Undo a roll-out, however often organizations are changing when it comes to them.

    A change that was interrupted, as on a slow machine, is in its way until the reconciler comes.
    """
    state = ""
    while state != "undone":
        with suppress(RolloutError):
            state = undo(name).rollout["state"]
        if state != "undone":
            reconcile(LEASE)


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


def is_expected(error: Exception) -> bool:
    """Tell whether an error says that others were faster, or that the machine was too slow."""
    if isinstance(error, PyMongoError):
        return error.timeout or error.has_error_label("TransientTransactionError")
    return isinstance(error, (TenantryError, RolloutError))


def repeat(work: Callable[[], None], until: float) -> None:
    """Work until a moment, and until it has succeeded once."""
    has_succeeded = False
    while not has_succeeded or time.monotonic() < until:
        try:
            work()
            has_succeeded = True
        except Exception as error:
            if not is_expected(error):
                traceback.print_exc()  # now, for the other threads go on until the end
                raise


def test_indexes_and_counters_are_right_in_the_end(databases: Databases) -> None:
    members = [library.create(f"O {next(NUMBERS)}") for _ in range(4)]
    until = time.monotonic() + SECONDS
    works = [rolling_out, lambda: renaming(members), lambda: indexing(members), coming_and_going]
    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(lambda work: repeat(work, until), works))
    assert reconcile(timedelta(0)).failed == []
    for rollout in databases.master["rollouts"].find({"state": {"$ne": "undone"}}):
        undo_wholly(rollout["_id"])
    progress = roll_out("last", definition("kind"))
    assert (progress.rollout["state"], progress.failed) == ("finished", 0)
    check_indexes(databases, {"_id_", "by-kind"})
    undo_wholly("last")
    check_indexes(databases, {"_id_"})
    remaining = {stored["_id"] for stored in databases.master["organizations"].find()}
    assert remaining >= {member.organization_id for member in members}
    assert databases.master["organizations"].count_documents({"rollouts.0": {"$exists": True}}) == 0


def check_indexes(databases: Databases, expected: set[str]) -> None:
    """Check that each organization has some indexes and perhaps its own, and that all are counted."""
    total = 0
    for stored in databases.master["organizations"].find():
        names = databases.tenants[stored["collection"]].index_information().keys()
        assert names - {"by-at"} == expected
        assert stored["namespaces"] == 1 + len(names)
        total += stored["namespaces"]
    assert clusters.find_all()[0]["namespaces"] == total
