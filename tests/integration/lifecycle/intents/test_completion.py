"""An intent may be completed by several processes, again, and late: the outcome is the same."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pymongo
import pytest
from pymongo.errors import DuplicateKeyError

from tenantry.errors import OrganizationExists
from tenantry.lifecycle.intents import completion, settling
from tenantry.lifecycle.intents.settling import settle
from tenantry.registry.organizations import leases
from tenantry.registry.organizations.document import OrganizationDocument, Place, create_document
from tenantry.registry.organizations.embedded import Intent
from tenantry.runtime import moments
from tenantry.storage import collections
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, failing
from tests.support.intents import (
    Crash,
    collection_done,
    intend_deletion,
    intend_rename,
    only_intent,
    stored,
)
from tests.support.owners import Owner, sign_up
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")
CRASHES = pytest.mark.parametrize("crash", [only_intent, collection_done])
LIVE = timedelta(seconds=30)


@CRASHES
def test_settling_twice_changes_nothing(databases: Databases, owner: Owner, crash: Crash) -> None:
    for intend in (partial(intend_rename, name="Beta"), intend_deletion):
        intended = intend(owner.id)
        crash(intended)
        first = settle(intended)
        dump = databases.dump()
        assert settle(intended) == first
        assert databases.dump() == dump


@pytest.mark.usefixtures("free_names")
def test_late_repetition_leaves_the_collection_of_the_names_next_owner_alone(
    service: Service, databases: Databases, owner: Owner
) -> None:
    late = intend_rename(owner.id, "Beta")
    settle(late)
    service.patch(owner.path, {"name": "Gamma"}, token=owner.token)
    for name in ("Alpha", "Beta"):
        heir = sign_up(service, name, email=f"{name.lower()}@heirs.example")
        databases.tenants[heir.organization["collection"]].insert_one({"heir": name})
    dump = databases.dump()
    settle(late)
    assert databases.dump() == dump


@pytest.mark.usefixtures("free_names")
def test_late_repetition_of_a_deletion_leaves_the_names_next_owner_alone(
    service: Service, databases: Databases, owner: Owner
) -> None:
    late = intend_deletion(owner.id)
    settle(late)
    sign_up(service, "Alpha", email="heir@example.com")
    databases.tenants["org_alpha"].insert_one({"heir": True})
    dump = databases.dump()
    settle(late)
    assert databases.dump() == dump


def test_late_repetition_after_the_organization_has_its_old_name_again(
    service: Service, databases: Databases, owner: Owner
) -> None:
    identity = databases.collections()["org_alpha"]
    late = intend_rename(owner.id, "Beta")
    completion.complete_rename(late)
    assert service.patch(owner.path, {"name": "Alpha"}, token=owner.token).status == 200
    settle(late)
    assert TenantCollection(owner.id).find({}) == [{"_id": "kept"}]
    TenantCollection(owner.id).insert_one({"_id": "later"})
    assert databases.collections() == {"org_alpha": identity}
    assert databases.organization(owner.id)["collection"] == "org_alpha"


def test_name_that_an_interrupted_rename_left_is_not_given_back_while_its_command_may_arrive(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(intend_rename(owner.id, "Beta"))
    assert service.patch(owner.path, {"name": "Gamma"}, token=owner.token).status == 200
    before = databases.fingerprint()
    refused = service.patch(owner.path, {"name": "Alpha"}, token=owner.token)
    assert (refused.status, refused.code) == (503, "service-unavailable")
    assert "interrupted" in refused.json["detail"]
    seconds = leases.LATE_DELIVERY.total_seconds()
    assert seconds - 300 < int(refused.headers["retry-after"]) <= seconds
    assert databases.fingerprint() == before
    assert service.get(owner.path, token=owner.token).json["state"] == "active"
    sign_up(service, "Alpha", email="heir@example.com")
    later = moments.now() + leases.LATE_DELIVERY
    monkeypatch.setattr(moments, "now", lambda: later)
    taken = service.patch(owner.path, {"name": "Alpha"}, token=owner.token)
    assert (taken.status, taken.code) == (409, "organization-exists")


def test_organization_may_be_deleted_whatever_names_it_has_left(
    service: Service, databases: Databases, owner: Owner
) -> None:
    databases.tenants.create_collection("org_beta")
    with pytest.raises(OrganizationExists):
        completion.complete_rename(_taken_over(intend_rename(owner.id, "Beta")))
    assert service.delete(owner.path, token=owner.token).status == 204
    databases.tenants.drop_collection("org_beta")


def _taken_over(intended: OrganizationDocument) -> OrganizationDocument:
    taken = leases.take_lease(intended, LIVE)
    assert taken is not None
    return taken


@pytest.mark.parametrize("intend", [partial(intend_rename, name="Beta"), intend_deletion])
def test_collection_that_goes_away_while_the_command_waits_for_it_is_no_failure(
    databases: Databases, owner: Owner, intend: Callable[[str], OrganizationDocument]
) -> None:
    intended = intend(owner.id)
    namespace_not_found = {"errorCode": 26, "times": 1}
    with failing(databases.client, "drop", "renameCollection", **namespace_not_found):
        settle(intended)
    remaining = ["org_beta"] if intended["state"] == "renaming" else []
    assert list(databases.collections()) == remaining


def test_rename_that_somebody_is_at_is_left_to_it(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "MAX_WAIT_SECONDS", 0.1)
    intended = intend_rename(owner.id, "Beta", LIVE)
    before = databases.fingerprint()
    for answer in (
        service.patch(owner.path, {"name": "Gamma"}, token=owner.token),
        service.delete(owner.path, token=owner.token),
    ):
        assert (answer.status, answer.code) == (503, "service-unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert service.get(owner.path, token=owner.token).json["state"] == "renaming"
    assert databases.fingerprint() == before
    completion.complete_rename(intended)


def test_request_waits_for_the_rename_that_somebody_is_at(
    service: Service, databases: Databases, owner: Owner
) -> None:
    intended = intend_rename(owner.id, "Beta", LIVE)
    waiting, done = at_once(
        [partial(TenantCollection(owner.id).find, {}), partial(completion.complete_rename, intended)]
    )
    assert waiting == [{"_id": "kept"}]
    assert done["slug"] == "beta"


def test_one_of_many_gets_the_lease(databases: Databases, owner: Owner) -> None:
    intended = intend_rename(owner.id, "Beta")
    results = at_once([partial(leases.take_lease, intended, LIVE)] * 8)
    assert [lease is not None for lease in results].count(True) == 1
    completion.complete_rename(intended)


def test_holder_of_a_lease_that_was_held_up_touches_nothing(
    databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is held up before the rename, for longer than it may work."""
    member = library.membership(*ids_of(databases, owner))
    rename = collections.rename

    def held_up(source: Place, intent: Intent) -> None:
        time.sleep(2 * completion.WORK_SECONDS)
        rename(source, intent)

    monkeypatch.setattr(completion, "WORK_SECONDS", 0.2)
    monkeypatch.setattr(collections, "rename", held_up)
    before = databases.collections()
    with pytest.raises(pymongo.errors.PyMongoError) as raised:
        library.rename(member, "Beta")
    assert raised.value.timeout
    assert databases.collections() == before
    monkeypatch.undo()
    completion.complete_rename(stored(owner.id))


def test_both_names_are_taken_until_a_rename_is_over(
    databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = collections.rename
    refused: list[str] = []

    def looked_at(source: Place, intent: Intent) -> None:
        for slug in ("alpha", "beta"):
            rival = create_document("Rival", slug, {})
            with pytest.raises(DuplicateKeyError):
                databases.master["organizations"].insert_one({**rival, "collection": f"org_{slug}_rival"})
            refused.append(slug)
        rename(source, intent)

    monkeypatch.setattr(collections, "rename", looked_at)
    library.rename(library.membership(*ids_of(databases, owner)), "Beta")
    assert refused == ["alpha", "beta"]


def ids_of(databases: Databases, owner: Owner) -> tuple[str, str]:
    member = databases.master["members"].find_one({"organization_id": owner.id})
    assert member is not None
    return member["account_id"], owner.id
