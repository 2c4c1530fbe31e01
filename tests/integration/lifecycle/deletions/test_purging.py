"""Purging: what is due ends for good, wherever a purge is interrupted, and one that fails stops no other."""

import json
import os
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect, OperationFailure

from tenantry.errors import DeletionNotFound, ServiceUnavailable
from tenantry.lifecycle import deleting, purging, undoing
from tenantry.lifecycle.reconciling import reconcile
from tenantry.lifecycle.undoing import Wanted
from tenantry.registry import clusters, deletions
from tenantry.registry.organizations.document import Place
from tenantry.runtime import process
from tenantry.storage import collections
from tests.integration.lifecycle.deletions.conftest import Kept
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document

WEEK = timedelta(days=7)


def test_purge_that_was_interrupted_is_completed_and_bars_an_undo(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = kept.create("Google")
    deleting.delete(google)

    def killed(_: object) -> None:
        raise AutoReconnect

    with monkeypatch.context() as patch:
        patch.setattr(purging, "_end", killed)
        with pytest.raises(AutoReconnect):
            purging.purge(google.organization_id)
    with pytest.raises(DeletionNotFound):
        undoing.undo(google.organization_id, Wanted())
    assert tenantry("verify", "--older-than", "0").exit_code == 0
    outcome = reconcile(timedelta())
    assert (outcome.purged, outcome.failed) == ([google.organization_id], [])
    assert kept.stored_documents() == 0
    assert reconcile(timedelta()).purged == []
    assert kept.reserved() == (3 if kept.is_pooled else 0)
    assert tenantry("verify", "--older-than", "0").exit_code == 0


def test_only_what_is_due_is_purged(kept: Kept) -> None:
    google, amazon = kept.create("Google"), kept.create("Amazon")
    for member in (google, amazon):
        deleting.delete(member)
    kept.let_time_pass(google, WEEK)
    deletion = kept.deletion(google)
    assert reconcile(timedelta()).purged == [google.organization_id]
    assert kept.stored_documents() == 3
    (receipt,) = kept.databases.master["receipts"].find()
    assert (receipt["organization_id"], receipt["documents"]) == (google.organization_id, 3)
    assert receipt["decided_by"]["type"] == deletion["decided_by"]["actor"]["type"]
    assert receipt["deleted_at"] == deletion["deleted_at"]
    assert undoing.undo(amazon.organization_id, Wanted())["slug"] == "amazon"


@pytest.mark.usefixtures("grace", "consistent_in_the_end")
def test_undo_and_purge_at_once_end_in_one_of_both(databases: Databases) -> None:
    for number in range(8):
        member = library.create(f"Google {number}")
        deleting.delete(member)
        undo = partial(undoing.undo, member.organization_id, Wanted())
        results = at_once([undo, partial(purging.purge, member.organization_id)])
        present = databases.master["organizations"].find_one({"_id": member.organization_id})
        assert (present is None) is isinstance(results[0], DeletionNotFound)
        assert databases.master["deletions"].find_one({}) is None


@pytest.mark.usefixtures("grace")
def test_cluster_that_cannot_be_reached_keeps_no_other_from_its_turn(
    databases: Databases, second: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters.register("main", 4)
    clusters.register("second")
    here, there = library.create("Here"), library.create("There")
    far, farther = library.create("Far"), library.create("Farther")
    for member in (here, there, far, farther):
        deleting.delete(member)
    databases.master["deletions"].update_many({}, [{"$set": {"purge_at": "$deleted_at"}}])
    uris = json.loads(os.environ["MONGODB_CLUSTERS"])
    monkeypatch.setenv("MONGODB_CLUSTERS", "{}")
    process.forget()
    outcome = reconcile(timedelta())
    assert (sorted(outcome.purged), outcome.failed) == (
        sorted([here.organization_id, there.organization_id]),
        [far.organization_id],
    )
    monkeypatch.setenv("MONGODB_CLUSTERS", json.dumps(uris))
    process.forget()
    assert reconcile(timedelta()).purged == [far.organization_id, farther.organization_id]
    assert second.list_collection_names() == []


@pytest.mark.usefixtures("grace")
def test_collection_that_was_taken_away_is_told_and_stays_and_the_next_one_is_purged(
    databases: Databases,
) -> None:
    google, amazon = library.create("Google"), library.create("Amazon")
    for member in (google, amazon):
        deleting.delete(member)
    deletion = deletions.find(google.organization_id)
    assert deletion is not None
    collections.at(deletions.place_of(deletion)).rename("taken_away")
    databases.master["deletions"].update_many({}, [{"$set": {"purge_at": "$deleted_at"}}])
    outcome = reconcile(timedelta())
    assert (outcome.failed, outcome.purged) == ([google.organization_id], [amazon.organization_id])
    assert reconcile(timedelta()).failed == [google.organization_id]
    assert list(databases.collections()) == ["taken_away"]
    with pytest.raises(ServiceUnavailable):
        purging.purge(google.organization_id)


@pytest.mark.usefixtures("grace")
def test_purge_that_the_server_refuses_keeps_no_other_from_its_turn_and_comes_again_later(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    google, amazon = library.create("Google"), library.create("Amazon")
    for member in (google, amazon):
        deleting.delete(member)
    databases.master["deletions"].update_many({}, [{"$set": {"purge_at": "$deleted_at"}}])
    refused = deletions.find(google.organization_id)
    assert refused is not None
    drop = collections.drop

    def refuse(place: Place, uuid: UUID) -> None:
        if uuid == refused["collection_uuid"]:
            raise OperationFailure("refused")
        drop(place, uuid)

    with monkeypatch.context() as patch:
        patch.setattr(collections, "drop", refuse)
        outcome = reconcile(timedelta())
    assert (outcome.failed, outcome.purged) == ([google.organization_id], [amazon.organization_id])
    outcome = reconcile(timedelta())
    assert (outcome.failed, outcome.purged) == ([], [])
    an_hour_ago = [{"$set": {"repeat_at": {"$subtract": ["$repeat_at", 3_600_000]}}}]
    databases.master["deletions"].update_one({"_id": google.organization_id}, an_hour_ago)
    assert reconcile(timedelta()).purged == [google.organization_id]
