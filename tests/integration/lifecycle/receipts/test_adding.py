"""Each erasure has one receipt, which says what was there, wherever the process was killed."""

from datetime import timedelta

import bson
import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, erasing
from tenantry.lifecycle.intents import completion
from tenantry.lifecycle.receipts.adding import receipts
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import clusters
from tenantry.runtime import process
from tenantry.storage import collections, pools
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases, Document

DOCUMENTS: list[Document] = [{"_id": number, "text": "x" * number} for number in range(7)]


@pytest.fixture(params=["collection", "pooled", "second pooled"])
def kind(request: pytest.FixtureRequest, second: Database[Document], monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether organizations have collections of their own, or which pool."""
    placement: str = request.param
    if placement != "collection":
        cluster = "second" if placement.startswith("second") else "main"
        clusters.register(cluster)
        pools.create(cluster, "pool_0")
        monkeypatch.setenv("PLACEMENT", "pooled")
        process.forget()
    return placement


def create(name: str) -> Membership:
    member = library.create(name)
    TenantCollection(member.organization_id).insert_many([dict(document) for document in DOCUMENTS])
    return member


def check_receipt(member: Membership, kind: str) -> None:
    (receipt,) = receipts().find({"organization_id": member.organization_id})
    assert receipt["documents"] == len(DOCUMENTS)
    assert receipt["bytes"] == sum(len(bson.encode(document)) for document in DOCUMENTS)
    assert (receipt["kind"], receipt["cluster"]) == (
        kind.removeprefix("second "),
        "second" if kind.startswith("second") else "main",
    )
    assert receipt["deleted_at"] <= receipt["erased_at"]
    assert "Google" not in str(receipt)
    assert "google" not in str(receipt)


def test_receipt_says_what_was_there(kind: str, databases: Databases) -> None:
    google, amazon = create("Google"), create("Amazon")
    deleting.delete(google)
    check_receipt(google, kind)
    assert receipts().count_documents({}) == 1
    assert TenantCollection(amazon.organization_id).count_documents({}) == len(DOCUMENTS)
    (event,) = databases.master["outbox"].find({"action": "organization.erased"})
    (receipt,) = receipts().find()
    assert event["organization_ids"] == [google.organization_id]
    assert event["details"]["receipt_id"] == receipt["_id"]


@pytest.mark.parametrize("killed_before", ["removal", "end"])
def test_kill_adds_no_receipt_and_loses_none(
    killed_before: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise AutoReconnect("killed")

    places = {
        ("removal", True): (collections, "drop"),
        ("removal", False): (erasing, "_delete_documents"),
        ("end", True): (completion, "_end"),
        ("end", False): (erasing, "_end"),
    }
    google = create("Google")
    with monkeypatch.context() as patch:
        patch.setattr(*places[killed_before, kind == "collection"], die)
        if kind == "collection":
            with pytest.raises(AutoReconnect):
                deleting.delete(google)
        else:
            deleting.delete(google)
    assert receipts().count_documents({}) == 0
    for _ in range(2):
        reconcile(timedelta())
        check_receipt(google, kind)


def test_erasure_does_not_wait_for_a_count_that_takes_too_long(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters.register("main")
    pools.create("main", "pool_0")
    monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()
    google = create("Google")
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "BATCH_SECONDS", 1e-9)
        deleting.delete(google)
        assert databases.tenants["pool_0"].count_documents({}) == len(DOCUMENTS)
        patch.setattr(erasing, "COUNTED_WITHIN", timedelta())
        (erasure,) = erasing.find_all(timedelta())
        assert not erasing.erase_some(erasure)
    reconcile(timedelta())
    assert databases.tenants["pool_0"].count_documents({}) == 0
    (receipt,) = receipts().find()
    assert (receipt["organization_id"], receipt["documents"], receipt["bytes"]) == (
        google.organization_id,
        None,
        None,
    )
