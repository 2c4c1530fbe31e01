"""The function that moves organizations."""

from typing import Any

import pytest

from tenantry.accounts import Membership
from tenantry.moves.errors import MoveRefused
from tenantry.tenants import TenantCollection
from tests.integration.placement.moves.places import Places
from tests.support.service import LambdaContext, handler

DOCUMENTS = [{"_id": number} for number in range(20)]
SCHEDULED = {"source": "aws.events", "detail": {}}


@pytest.fixture
def mine(member: Membership, places: Places) -> TenantCollection:
    mine = TenantCollection(member.organization_id)
    mine.insert_many(DOCUMENTS)
    return mine


def invoke(event: dict[str, Any]) -> Any:
    return handler("move_organization")(event, LambdaContext("move_organization"))


def begin(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LambdaContext, "get_remaining_time_in_millis", lambda self: 0)
        assert invoke({"organization": "google", "to": "second/pooled"}) == {"state": "unfinished"}


def test_function_moves_an_organization(mine: TenantCollection, places: Places) -> None:
    moved = invoke({"organization": "google", "to": "second"})
    assert (moved["state"], moved["documents"]) == ("done", 20)
    assert invoke({"organization": "google", "to": "second"}) == {"state": "done", "moved": False}
    assert mine.find({}) == DOCUMENTS
    places.check_nothing_is_left()


def test_schedule_goes_on_with_what_had_no_time(
    mine: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(monkeypatch)
    assert invoke(SCHEDULED) is None
    assert places.placement(member.organization_id) == ("second", "pooled", "pool_1")
    assert mine.find({}) == DOCUMENTS
    places.check_nothing_is_left()


def test_function_gives_up_a_move(
    mine: TenantCollection, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(monkeypatch)
    assert invoke({"organization": "google", "cancel": True}) == {"state": "done"}
    assert mine.find({}) == DOCUMENTS
    places.check_nothing_is_left()


@pytest.mark.usefixtures("mine")
def test_what_is_not_understood_changes_nothing(places: Places) -> None:
    for wrong in ({}, {"to": 1}, {"to": "second/own"}, {"cancel": False}, {"cancel": "google"}):
        with pytest.raises(MoveRefused):
            invoke({"organization": "google"} | wrong)
    places.check_nothing_is_left()
