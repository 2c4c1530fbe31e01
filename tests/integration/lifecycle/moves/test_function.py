"""The function that moves organizations."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import IndexModel

from tenantry.identity.members import Membership
from tenantry.lifecycle.moves.errors import MoveRefused
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import Places
from tests.support.service import LambdaContext, handler

DOCUMENTS = [{"_id": number} for number in range(20)]
SCHEDULED = {"source": "aws.events", "detail": {}}


@pytest.fixture
def documents(member: Membership, places: Places) -> TenantCollection:
    documents = TenantCollection(member.organization_id)
    documents.insert_many(DOCUMENTS)
    return documents


def invoke(event: dict[str, Any]) -> Any:
    return handler("move_organization")(event, LambdaContext("move_organization"))


def begin(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LambdaContext, "get_remaining_time_in_millis", lambda self: 0)
        assert invoke({"organization": "google", "to": "second/pooled"}) == {"state": "unfinished"}


def test_function_moves_an_organization(documents: TenantCollection, places: Places) -> None:
    moved = invoke({"organization": "google", "to": "second"})
    assert (moved["state"], moved["documents"]) == ("done", 20)
    assert invoke({"organization": "google", "to": "second"}) == {"state": "done", "moved": False}
    assert documents.find({}) == DOCUMENTS
    places.check_nothing_is_left()


def test_schedule_goes_on_with_what_had_no_time(
    documents: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(monkeypatch)
    assert invoke(SCHEDULED) is None
    assert places.place_of(member.organization_id) == ("second", "pooled", "pool_1")
    assert documents.find({}) == DOCUMENTS
    places.check_nothing_is_left()


def test_function_gives_up_a_move(
    documents: TenantCollection, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(monkeypatch)
    assert invoke({"organization": "google", "cancel": True}) == {"state": "done"}
    assert documents.find({}) == DOCUMENTS
    places.check_nothing_is_left()


def test_operator_learns_of_a_move_that_the_schedule_gives_up(
    documents: TenantCollection, places: Places, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    documents.create_index([("key", 1)])
    begin(monkeypatch)
    pool = places.tenants["second"]["pool_1"]
    pool.drop_indexes()
    pool.create_indexes([IndexModel([(f"field_{number}", 1)]) for number in range(62)])
    with pytest.raises(RuntimeError, match="1 moves were given up"):
        invoke(SCHEDULED)
    assert '"message":"A move is given up"' in log.getvalue()
    pool.drop_indexes()
    pools.create("second", "pool_1")
    places.check_nothing_is_left()
    assert documents.find({}) == DOCUMENTS


def test_metrics_tell_how_moves_get_on(
    documents: TenantCollection,
    places: Places,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    invoke(SCHEDULED)
    assert measured(capsys) == {"MovesUnderWay": (0, "Count"), "MoveStandstill": (0, "Seconds")}
    begin(monkeypatch)
    assert measured(capsys).keys() == {"MovesUnderWay", "MoveStandstill"}
    before = datetime.now(UTC) - timedelta(minutes=20)
    places.databases.master["moves"].update_one({}, {"$set": {"progressed_at": before}})
    invoke(SCHEDULED)
    metrics = measured(capsys)
    assert metrics["MovesUnderWay"] == (1, "Count")
    assert 1200 <= metrics["MoveStandstill"][0] < 1260
    assert 0 < metrics["MovePause"][0] < 1000
    assert (metrics["MoveStandstill"][1], metrics["MovePause"][1]) == ("Seconds", "Milliseconds")


def measured(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[float, str]]:
    """Return values and units of the metrics that were written since the last call."""
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    metrics = {
        metric["Name"]: (line[metric["Name"]][0], metric["Unit"])
        for line in written
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    }
    metrics.pop("ColdStart", None)
    return metrics


@pytest.mark.usefixtures("documents")
def test_what_is_not_understood_changes_nothing(places: Places) -> None:
    for wrong in ({}, {"to": 1}, {"to": "second/own"}, {"cancel": False}, {"cancel": "google"}):
        with pytest.raises(MoveRefused):
            invoke({"organization": "google"} | wrong)
    places.check_nothing_is_left()
