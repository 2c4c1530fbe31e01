"""What is refused before a roll-out begins, so that organizations can be created all the time."""

from functools import partial

import pytest
from pymongo.errors import OperationFailure

from tenantry.errors import RolloutRefused
from tenantry.identity.members import Membership
from tenantry.lifecycle.rollouts import operations
from tenantry.registry import rollouts
from tenantry.registry.rollouts import Definition
from tenantry.runtime import server_errors
from tests.integration.lifecycle.rollouts.definitions import definition, roll_out
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, failing
from tests.support.overtaking import once_before


def test_roll_outs_that_no_collection_can_have_together_are_refused(
    databases: Databases, member: Membership
) -> None:
    roll_out("first", definition("at"))
    same_keys = definition("at")
    same_keys["indexes"][0]["name"] = "at-again"
    with pytest.raises(RolloutRefused, match="already exists"):
        operations.begin("second", same_keys)
    for number in range(6):
        operations.begin(f"more-{number}", definition(*(f"{number}-{index}" for index in range(10))))
    with pytest.raises(RolloutRefused, match="too many indexes"):
        operations.begin("too-many", definition("a", "b", "c"))
    library.create("Amazon")


def test_what_interrupts_the_trial_refuses_nothing(databases: Databases) -> None:
    interrupted = failing(databases.client, "create", errorCode=server_errors.INTERRUPTED)
    with pytest.raises(OperationFailure), interrupted:
        operations.begin("first", definition("at"))
    assert rollouts.find_all() == []
    assert operations.begin("first", definition("at"))["state"] == "running"


def on_the_same_key(name: str) -> Definition:
    wanted = definition("at")
    wanted["indexes"][0]["name"] = name
    return wanted


def test_roll_out_that_another_one_overtakes_is_tried_again(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_first = partial(operations.begin, "first", on_the_same_key("first"))
    once_before(monkeypatch, rollouts, "insert", begin_first)
    with pytest.raises(RolloutRefused, match="already exists"):
        operations.begin("second", on_the_same_key("second"))
    assert [rollout["_id"] for rollout in rollouts.find_all()] == ["first"]
    library.create("Amazon")


def test_of_roll_outs_that_begin_at_the_same_moment_all_begin_that_go_together(databases: Databases) -> None:
    wanted = {name: on_the_same_key(name) for name in ("first", "second")}
    wanted |= {field: definition(field) for field in ("kind", "size")}
    begun = at_once([partial(operations.begin, name, wanted[name]) for name in wanted])
    assert [type(answer) for answer in begun[:2]].count(RolloutRefused) == 1
    assert {rollout["_id"] for rollout in rollouts.find_current()} > {"kind", "size"}
    library.create("Amazon")
