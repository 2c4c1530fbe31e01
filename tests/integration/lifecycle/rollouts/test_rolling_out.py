"""Rolling out and undoing: what the organizations have then, and what is counted."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import NoReturn

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from tenantry.errors import IndexRefused, RolloutRefused
from tenantry.identity.members import Membership
from tenantry.lifecycle.rollouts import drift, operations, progress, work
from tenantry.lifecycle.rollouts.errors import RolloutBusy
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.registry.rollouts import WORKING
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.rollouts.definitions import (
    EVERYBODY,
    MEANS,
    REQUIRES_KIND,
    definition,
    names,
    options,
    roll_out,
    undo,
)
from tests.support import library
from tests.support.databases import Databases


def namespaces() -> int:
    (main,) = clusters.find_all()
    return main["namespaces"]


@pytest.mark.usefixtures("consistent_in_the_end")
def test_every_organization_gets_the_indexes_and_undoing_drops_what_was_made(
    databases: Databases, member: Membership
) -> None:
    google, amazon = (
        TenantCollection(organization.organization_id) for organization in (member, library.create("Amazon"))
    )
    amazon.create_index([("at", 1)], name="by-at")
    before = namespaces()
    reached = roll_out("by-at", definition("at", "kind"))
    assert (reached.rollout["state"], reached.done, reached.failed, reached.pending) == (
        "finished",
        2,
        0,
        0,
    )
    assert names(google) == ["_id_", "by-at", "by-kind"]
    assert set(names(amazon)) == {"_id_", "by-at", "by-kind"}
    assert namespaces() == before + 3
    assert roll_out("by-at", definition("at", "kind")).done == 2
    undone = undo("by-at")
    assert (undone.rollout["state"], undone.done) == ("undone", 0)
    assert (names(google), names(amazon)) == (["_id_"], ["_id_", "by-at"])
    assert namespaces() == before
    with pytest.raises(RolloutRefused, match="undone"):
        operations.begin("by-at", definition("at", "kind"))


@pytest.mark.usefixtures("consistent_in_the_end")
def test_validator_that_was_there_comes_back(databases: Databases, member: Membership) -> None:
    roll_out("kind", definition(validator=REQUIRES_KIND))
    first = options(databases, "org_google")
    roll_out("later", definition(validator=REQUIRES_KIND | {"level": "moderate"}))
    assert options(databases, "org_google") == first | {"validationLevel": "moderate"}
    with pytest.raises(RolloutRefused, match="later"):
        undo("kind")
    undo("later")
    assert options(databases, "org_google") == first
    undo("kind")
    assert not options(databases, "org_google").get("validator")


def test_one_failing_organization_stops_nobody_and_is_tried_again(
    databases: Databases, member: Membership
) -> None:
    amazon = TenantCollection(library.create("Amazon").organization_id)
    databases.tenants["org_google"].insert_many([{"at": 1}, {"at": 1}])
    unique = definition("at")
    unique["indexes"][0]["unique"] = True
    unique["organizations"] = EVERYBODY | {"kind": "collection"}
    reached = roll_out("unique", unique)
    assert (reached.done, reached.failed, reached.rollout["state"]) == (1, 1, "finished")
    assert "by-at" in names(amazon)
    databases.tenants["org_google"].delete_one({"at": 1})
    operations.resume("unique")
    assert operations.apply("unique", MEANS).done == 2


def test_so_many_failures_pause_it(databases: Databases, member: Membership) -> None:
    databases.tenants["org_google"].create_index("other", name="by-at")
    reached = roll_out("failing", definition("at", max_failures=1))
    assert (reached.rollout["state"], reached.rollout["paused_by"]) == ("paused", "failures")
    with pytest.raises(RolloutRefused):
        operations.apply("failing", MEANS)
    undo("failing")
    assert databases.tenants["org_google"].index_information()["by-at"]["key"] == [("other", 1)]


@pytest.mark.parametrize("is_checked", [True, False])
def test_canary_comes_first(is_checked: bool, databases: Databases, member: Membership) -> None:
    library.create("Amazon")
    library.create("Alphabet")
    wanted = definition("at", canary={"organizations": 1, "is_checked": is_checked})
    reached = roll_out("canary", wanted)
    if not is_checked:
        assert (reached.done, reached.pending, reached.rollout["paused_by"]) == (1, 2, "canary")
        created = TenantCollection(library.create("Apple").organization_id)
        assert names(created) == ["_id_"]
        operations.resume("canary")
        assert operations.apply("canary", MEANS).done == 4
        assert names(created) == ["_id_", "by-at"]
    else:
        assert (reached.done, reached.rollout["state"]) == (3, "finished")


def test_canary_pauses_where_a_document_cannot_be_held_against_the_validator(
    databases: Databases, member: Membership
) -> None:
    library.create("Amazon")
    databases.tenants["org_google"].insert_one({"parts": 0})
    canary = {"organizations": [member.organization_id], "is_checked": True}
    rule = json.dumps({"$expr": {"$divide": [1, "$parts"]}})
    validator = REQUIRES_KIND | {"rule": rule}
    own = EVERYBODY | {"kind": "collection"}
    reached = roll_out("dividing", definition(validator=validator, organizations=own, canary=canary))
    assert (reached.done, reached.pending, reached.rollout["paused_by"]) == (1, 1, "canary")
    with pytest.raises(OperationFailure):
        databases.tenants["org_google"].insert_one({"parts": 0})


def test_canary_that_nobody_can_look_at_is_not_passed(
    member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.create("Amazon")
    canary = {"organizations": [member.organization_id], "is_checked": True}
    wanted = definition(
        validator=REQUIRES_KIND, organizations=EVERYBODY | {"kind": "collection"}, canary=canary
    )

    def break_off(_: Place) -> NoReturn:
        raise AutoReconnect

    with monkeypatch.context() as patch:
        patch.setattr(drift, "collections", SimpleNamespace(at=break_off))
        with pytest.raises(AutoReconnect):
            roll_out("canary", wanted)
    assert not progress.find("canary")["is_canary_passed"]
    assert operations.apply("canary", MEANS).done == 2


@pytest.mark.usefixtures("consistent_in_the_end")
def test_pool_gets_one_index_for_all(databases: Databases, member: Membership) -> None:
    pools.create("main", "pool_0")
    amazon = library.create("Amazon", kind="pooled")
    library.create("Apple", kind="pooled")
    before = namespaces()
    roll_out("pooled", definition("at"))
    assert namespaces() == before + 2  # one of Google's own, one of the pool
    assert set(databases.tenants["pool_0"].index_information()) == {"_id_", "tenant", "*:by-at"}
    later = TenantCollection(library.create("Alphabet", kind="pooled").organization_id)
    assert names(later) == ["_id_", "by-at"]
    assert progress.of("pooled").pending == 0
    for change in (later.drop_index, lambda name: later.create_index([("at", 1)], name=name)):
        with pytest.raises(IndexRefused):
            change("by-at")
    undo("pooled")
    assert names(TenantCollection(amazon.organization_id)) == ["_id_"]
    assert namespaces() == before


def test_roll_out_without_room_is_refused(databases: Databases, member: Membership) -> None:
    clusters.register("main", 3)
    with pytest.raises(RolloutRefused, match="room for 1"):
        operations.begin("large", definition("at", "kind"))


def test_two_current_roll_outs_have_no_index_of_the_same_name(
    databases: Databases, member: Membership
) -> None:
    roll_out("first", definition("at"))
    with pytest.raises(RolloutRefused, match="index of the same name"):
        operations.begin("second", definition("at"))
    with pytest.raises(RolloutRefused, match="something else"):
        operations.begin("first", definition("kind"))
    undo("first")
    assert roll_out("second", definition("at")).done == 1


def test_one_process_at_a_time_works_on_it(databases: Databases, member: Membership) -> None:
    operations.begin("single", definition("at"))
    with work.held("single", MEANS, WORKING) as worker:
        with pytest.raises(RolloutBusy):
            operations.apply("single", MEANS)
        databases.master["rollouts"].update_one(
            {}, {"$set": {"leased_until": datetime(2020, 1, 1, tzinfo=UTC)}}
        )
        assert operations.apply("single", MEANS).done == 1
        assert not worker.may_go_on()


def test_a_pause_keeps_the_next_organization_from_being_begun(
    databases: Databases, member: Membership
) -> None:
    library.create("Amazon")
    operations.begin("paused", definition("at", parallel=1))
    done: list[int] = []

    def pause_after_the_first(over: int, expected: int) -> None:
        done.append(over)
        operations.pause("paused")

    reached = operations.apply("paused", Means(lambda: True, 60, pause_after_the_first))
    assert (reached.rollout["paused_by"], reached.pending) == ("operator", 2 - reached.done)
    assert reached.done == max(done)
