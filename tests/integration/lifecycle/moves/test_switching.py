"""The switch of a move: its pause ends, and no write is on the wrong side of it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from tenantry.identity.members import Membership
from tenantry.lifecycle.moves import endings, switching
from tenantry.lifecycle.moves.errors import OutOfTime
from tenantry.registry.organizations import finding, moving
from tenantry.registry.organizations.document import Place
from tenantry.storage import barrier
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import DOCUMENTS, Places, interrupt, move
from tests.support.overtaking import once_before


def test_pause_that_nobody_ends_runs_out(
    documents: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "PAUSE_LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(moving, "resume", lambda *_: None)
    once_before(monkeypatch, endings, "switch", interrupt)
    with pytest.raises(OutOfTime):
        move(member.organization_id, "second", "collection")
    monkeypatch.undo()
    documents.insert_one({"_id": "meanwhile"})
    move(member.organization_id, "second", "collection")
    assert documents.find({}) == [*DOCUMENTS, {"_id": "meanwhile"}]


def test_switch_waits_for_writes_that_have_begun(
    documents: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_looked, may_commit = threading.Event(), threading.Event()
    look, wait = finding.find_to_commit, barrier.wait

    def look_and_wait(*arguments: Any) -> Any:
        seen = look(*arguments)
        has_looked.set()
        assert may_commit.wait(10)
        return seen

    def write() -> None:
        monkeypatch.setattr(finding, "find_to_commit", look_and_wait)
        writer.start()
        assert has_looked.wait(10)
        monkeypatch.setattr(finding, "find_to_commit", look)

    def try_barrier(place: Place) -> bool:
        has_passed = wait(place)
        if not has_passed:
            may_commit.set()
        return has_passed

    writer = threading.Thread(target=lambda: documents.insert_one({"_id": "begun"}))
    monkeypatch.setattr(barrier, "wait", try_barrier)
    once_before(monkeypatch, moving, "pause", write)
    move(member.organization_id, "second", "collection")
    has_waited = may_commit.is_set()
    may_commit.set()
    writer.join()
    assert has_waited
    assert documents.find({}) == [*DOCUMENTS, {"_id": "begun"}]


def test_switch_whose_answer_is_lost_has_happened(
    documents: TenantCollection, member: Membership, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = endings.switch

    def lose_answer(*arguments: Any) -> None:
        switch(*arguments)
        raise AutoReconnect

    monkeypatch.setattr(endings, "switch", lose_answer)
    move(member.organization_id, "second", "pooled")
    assert places.place_of(member.organization_id)[:2] == ("second", "pooled")
    assert documents.find({}) == DOCUMENTS
    places.check_nothing_is_left()
