"""Deleting organizations that can be brought back: nothing of them is reachable, and nothing is lost."""

from datetime import timedelta
from functools import partial

import pytest

from tenantry.errors import LimitReached, OrganizationNotFound, ServiceUnavailable
from tenantry.lifecycle import deleting
from tenantry.lifecycle.intents import settling
from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import deletions
from tenantry.registry.organizations import leases
from tenantry.runtime.settings import settings
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.deletions.conftest import Kept
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.intents import collection_done, intend_deletion, only_intent


@pytest.mark.usefixtures("free_names")
def test_deleted_organization_is_kept_where_nobody_reaches_it(kept: Kept) -> None:
    google, amazon = kept.create("Google"), kept.create("Amazon")
    reserved = kept.reserved()
    deleting.delete(google)
    with pytest.raises(OrganizationNotFound):
        TenantCollection(google.organization_id).find({})
    heir = library.create("Google", "heir@example.com")
    assert TenantCollection(heir.organization_id).find({}) == []
    assert TenantCollection(amazon.organization_id).count_documents({}) == 3
    assert kept.stored_documents() == 6
    deletion = kept.deletion(google)
    assert deletion["organization"]["slug"] == "google"
    assert [member["account_id"] for member in deletion["members"]] == [google.account_id]
    assert deletion["purge_at"] - deletion["deleted_at"] == pytest.approx(
        timedelta(days=7), abs=timedelta(seconds=10)
    )
    assert kept.reserved() == reserved + heir.organization.get("namespaces", 0)
    assert kept.databases.master["members"].find_one({"organization_id": google.organization_id}) is None
    before = kept.databases.fingerprint()
    assert reconcile(timedelta()).failed == []
    assert kept.databases.fingerprint() == before
    verified = tenantry("verify", "--older-than", "0")
    assert verified.exit_code == 0, verified.output


def test_deletion_that_is_immediate_leaves_nothing(kept: Kept) -> None:
    google = kept.create("Google")
    deleting.delete(google, immediately=True)
    assert kept.stored_documents() == 0
    assert kept.databases.master["deletions"].find_one() is None
    assert kept.reserved() == (pools.NAMESPACES if kept.is_pooled else 0)


@pytest.mark.parametrize("crash", [only_intent, collection_done])
@pytest.mark.usefixtures("grace", "consistent_in_the_end")
def test_whoever_meets_an_interrupted_deletion_completes_it_as_it_was_decided(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, crash: object
) -> None:
    """It was decided that the collection is kept, whatever the settings of whoever completes it."""
    google = library.create("Google")
    TenantCollection(google.organization_id).insert_one({"_id": "kept"})
    intended = intend_deletion(google.organization_id, deletions.next_purge())
    crash(intended)  # type: ignore[operator]
    monkeypatch.setenv("DELETION_GRACE_DAYS", "0")
    settings.cache_clear()
    assert reconcile(timedelta()).settled == [google.organization_id]
    dump = databases.dump()
    assert settle(intended) is None
    assert databases.dump() == dump
    ((name, _),) = databases.collections().items()
    assert name.startswith("deleted_")
    assert list(databases.tenants[name].find()) == [{"_id": "kept"}]


@pytest.mark.usefixtures("grace", "consistent_in_the_end")
def test_one_process_at_a_time_sets_a_collection_aside(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "MAX_WAIT_SECONDS", 0.1)
    google = library.create("Google")
    intended = intend_deletion(google.organization_id, deletions.next_purge())
    leased = leases.take_lease(intended, timedelta(seconds=30))
    assert leased is not None
    before = databases.fingerprint()
    with pytest.raises(ServiceUnavailable):
        settle(intended)
    assert databases.fingerprint() == before
    databases.master["organizations"].update_one(
        {}, {"$set": {"intent.leased_until": intended["created_at"]}}
    )
    reconciled = at_once([partial(reconcile, timedelta())] * 4)
    assert [outcome for outcome in reconciled if isinstance(outcome, Exception)] == []
    assert [deletion["_id"] for deletion in databases.master["deletions"].find()] == [google.organization_id]


@pytest.mark.usefixtures("grace")
def test_account_has_no_more_set_aside_than_it_may_own(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORGANIZATIONS_PER_ACCOUNT", "2")
    settings.cache_clear()
    first = library.create("First")
    deleting.delete(first)
    deleting.delete(library.create_second("Second", first))
    third = library.create_second("Third", first)
    with pytest.raises(LimitReached) as raised:
        deleting.delete(third)
    assert "immediately" in str(raised.value.detail)
    assert databases.organization(third.organization_id)["state"] == "active"
    deleting.delete(third, immediately=True)
    assert sorted(databases.collections()) == sorted(
        deletion["collection"] for deletion in databases.master["deletions"].find()
    )
