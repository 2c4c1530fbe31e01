"""Bringing deleted organizations back: with all that they had, and with nothing that opened them."""

from datetime import timedelta

import pytest

from tenantry.errors import (
    DeletionNotFound,
    InvalidFields,
    OrganizationExists,
    OwnerRequired,
    ServiceUnavailable,
)
from tenantry.identity import accounts, members
from tenantry.identity.memberships import joining
from tenantry.identity.owners import ExistingAccount
from tenantry.lifecycle import creating, deleting, undoing
from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.reconciling import reconcile
from tenantry.lifecycle.undoing import Wanted
from tenantry.registry import deletions
from tenantry.registry.organizations import leases
from tenantry.runtime import moments, mongodb
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.deletions.conftest import Kept
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases, failing
from tests.support.intents import collection_done, intend_deletion, stored
from tests.support.owners import log_in, sign_up, tokens
from tests.support.service import Service

AS_IT_WAS = Wanted()
WEEK = timedelta(days=7)


def test_organization_comes_back_with_all_that_it_had(kept: Kept) -> None:
    google = kept.create("Google")
    colleague = library.create("Colleague")
    mongodb.run_transaction(
        lambda session: joining.add(google.organization_id, colleague.account_id, "editor", session)
    )
    before, reserved = kept.databases.organization(google.organization_id), kept.reserved()
    deleting.delete(google)
    undone = undoing.undo(google.organization_id, AS_IT_WAS)
    assert kept.databases.organization(google.organization_id) == undone
    assert undone["version"] > before["version"]
    changed = ("version", "updated_at", "vacated")
    assert {name: value for name, value in undone.items() if name not in changed} == {
        name: value for name, value in before.items() if name not in changed
    }
    documents = TenantCollection(google.organization_id)
    assert [document["_id"] for document in documents.find({})] == [0, 1, 2]
    assert {index["name"] for index in documents.list_indexes()} == {"_id_", "of_1"}
    roles = {
        member["account_id"]: member["role"]
        for member in members.members().find({"organization_id": google.organization_id})
    }
    assert roles == {google.account_id: "owner", colleague.account_id: "editor"}
    assert accounts.accounts().find_one({"without_organization_since": {"$exists": True}}) is None
    assert kept.reserved() == reserved
    with pytest.raises(DeletionNotFound):
        undoing.undo(google.organization_id, AS_IT_WAS)
    verified = tenantry("verify", "--older-than", "0")
    assert verified.exit_code == 0, verified.output
    deleting.delete(library.membership(google.account_id, google.organization_id))
    undoing.undo(google.organization_id, AS_IT_WAS)
    assert documents.count_documents({}) == 3


def test_organization_comes_back_under_another_name_where_its_own_is_taken(kept: Kept) -> None:
    google = kept.create("Google")
    deleting.delete(google)
    heir = creating.create(library.wanted("Google"), ExistingAccount(google.account_id)).organization
    before = kept.databases.fingerprint()
    with pytest.raises(OrganizationExists):
        undoing.undo(google.organization_id, AS_IT_WAS)
    assert kept.databases.fingerprint() == before
    undone = undoing.undo(google.organization_id, Wanted(name="Alphabet"))
    assert (undone["slug"], undone["collection"]) == ("alphabet", "org_alphabet")
    assert TenantCollection(google.organization_id).count_documents({}) == 3
    assert TenantCollection(heir["_id"]).count_documents({}) == 0


def test_nothing_comes_back_once_it_is_due(kept: Kept) -> None:
    """The reconciler purges it later, and everything of it is gone then."""
    google = kept.create("Google")
    deleting.delete(google)
    kept.let_time_pass(google, WEEK + timedelta(seconds=1))
    with pytest.raises(DeletionNotFound):
        undoing.undo(google.organization_id, AS_IT_WAS)
    assert kept.stored_documents() == 3
    outcome = reconcile(timedelta())
    assert (outcome.purged, outcome.failed) == ([google.organization_id], [])
    assert kept.stored_documents() == 0
    verified = tenantry("verify", "--older-than", "0")
    assert verified.exit_code == 0, verified.output


@pytest.mark.usefixtures("grace")
def test_name_that_others_hold_is_refused_and_the_own_hold_is_not(databases: Databases) -> None:
    google = library.create("Google")
    deleting.delete(google)
    rival = library.create("Rival")
    holds = databases.master["name_holds"]
    (hold,) = holds.find()
    assert (hold["_id"], hold["account_ids"]) == ("google", [google.account_id])
    holds.update_one({}, {"$set": {"organization_id": "org_other", "account_ids": [rival.account_id]}})
    with pytest.raises(OrganizationExists):
        undoing.undo(google.organization_id, AS_IT_WAS)
    holds.update_one({}, {"$set": {"organization_id": google.organization_id}})
    assert undoing.undo(google.organization_id, AS_IT_WAS)["slug"] == "google"


@pytest.mark.usefixtures("grace", "consistent_in_the_end")
def test_somebody_has_to_be_named_where_no_owner_is_left(databases: Databases) -> None:
    google, other = library.create("Google"), library.create("Other")
    library.delete_with_account(google)
    before = databases.fingerprint()
    with pytest.raises(OwnerRequired):
        undoing.undo(google.organization_id, AS_IT_WAS)
    with pytest.raises(InvalidFields):
        undoing.undo(google.organization_id, Wanted(owner_id=google.account_id))
    assert databases.fingerprint() == before
    undoing.undo(google.organization_id, Wanted(owner_id=other.account_id))
    assert library.accounts_of(google.organization_id) == [other.account_id]


@pytest.mark.usefixtures("grace", "consistent_in_the_end")
def test_name_that_an_interrupted_deletion_left_is_not_given_back_while_its_command_may_arrive(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late renameCollection would take the collection away again: its name and UUID are as expected."""
    google = library.create("Google")
    late = intend_deletion(google.organization_id, deletions.next_purge())
    settle(late)
    with pytest.raises(ServiceUnavailable) as raised:
        undoing.undo(google.organization_id, AS_IT_WAS)
    assert 0 < raised.value.retry_after_seconds <= leases.LATE_DELIVERY.total_seconds() + 1
    undone = undoing.undo(google.organization_id, Wanted(name="Alphabet"))
    before = databases.fingerprint()
    settle(late)
    assert databases.fingerprint() == before
    deleting.delete(library.membership(google.account_id, undone["_id"]))
    now = moments.now
    monkeypatch.setattr(moments, "now", lambda: now() + leases.LATE_DELIVERY)
    assert undoing.undo(google.organization_id, Wanted(name="Google"))["slug"] == "google"


@pytest.mark.usefixtures("grace", "consistent_in_the_end")
def test_whoever_meets_an_interrupted_undo_completes_it(databases: Databases) -> None:
    google = library.create("Google")
    TenantCollection(google.organization_id).insert_one({"_id": "kept"})
    deleting.delete(google)
    with failing(databases.client, "renameCollection", errorCode=11602):
        undone = undoing.undo(google.organization_id, AS_IT_WAS)
    assert undone["state"] == "renaming"
    collection_done(stored(google.organization_id))
    databases.master["organizations"].update_one({}, {"$set": {"intent.leased_until": moments.now()}})
    assert reconcile(timedelta()).failed == []
    assert TenantCollection(google.organization_id).find({}) == [{"_id": "kept"}]
    assert list(databases.collections()) == ["org_google"]


@pytest.mark.usefixtures("grace", "consistent_in_the_end")
def test_collection_that_nobody_owns_is_not_in_the_way_for_long(databases: Databases) -> None:
    google = library.create("Google")
    deleting.delete(google)
    databases.tenants.create_collection("org_google")
    before = databases.fingerprint()
    with pytest.raises(OrganizationExists):
        undoing.undo(google.organization_id, AS_IT_WAS)
    assert databases.fingerprint() == before
    databases.tenants.drop_collection("org_google")
    undoing.undo(google.organization_id, AS_IT_WAS)


@pytest.mark.usefixtures("grace")
def test_no_token_or_invitation_comes_back_to_life(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Alpha")
    other = tokens(service, owner.email)
    session = dict(databases.master["sessions"].find_one({"organization_id": owner.id}) or {})
    assert service.delete(owner.path, token=owner.token).status == 204
    undoing.undo(owner.id, AS_IT_WAS)
    databases.master["sessions"].replace_one({"_id": session["_id"]}, session, upsert=True)  # of a late login
    for token in (owner.token, other["access_token"]):
        assert service.get(owner.path, token=token).status == 401
    refreshed = service.post("/login/refresh", {"refresh_token": other["refresh_token"]})
    assert refreshed.status == 401
    token = log_in(service, owner.email, "alpha")
    assert service.get(owner.path, token=token).json["id"] == owner.id
