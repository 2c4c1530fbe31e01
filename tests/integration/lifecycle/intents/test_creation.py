"""Organizations whose collections are on another cluster than the master: all or nothing, whoever dies."""

import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.errors import OrganizationExists, ServiceUnavailable
from tenantry.identity.members import Membership
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating, deleting
from tenantry.lifecycle.idempotency import Key
from tenantry.lifecycle.intents import creation
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.storage import collections
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document
from tests.support.intents import stored
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD

OWNER = NewAccount("owner@google.example", PASSWORD)
KEY = Key(OWNER.address, "key", {"name": "Google"})


@pytest.fixture(autouse=True)
def only_second(second: Database[Document]) -> None:
    """Let the second cluster be the one that has room."""
    clusters.register("main", limit=0)
    clusters.register("second")


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Membership:
    """Owner of an organization whose creator died as soon as it was in the master."""
    with monkeypatch.context() as patch:
        patch.setattr(collections, "create_checked", raiser(ServiceUnavailable()))
        with pytest.raises(ServiceUnavailable):
            creating.create(library.wanted("Google"), OWNER, KEY)
    organization = finding.find_holder("google")
    assert organization is not None
    assert organization["state"] == "creating"
    (account,) = library.accounts_of(organization["_id"])
    return library.membership(account, organization["_id"])


def raiser(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def namespaces() -> dict[str, int]:
    return {cluster["_id"]: cluster["namespaces"] for cluster in clusters.find_all()}


def test_collection_is_on_the_other_cluster(databases: Databases, second: Database[Document]) -> None:
    member = library.create("Google")
    assert (member.organization["state"], member.organization["version"]) == ("active", 1)
    assert second.list_collection_names() == ["org_google"]
    assert databases.collections() == {}
    assert namespaces() == {"main": 0, "second": 2}
    deleting.delete(member)
    assert second.list_collection_names() == []
    assert namespaces() == {"main": 0, "second": 0}


def repeat_with_the_key(member: Membership) -> None:
    again = creating.create(library.wanted("Google"), OWNER, KEY)
    assert again.organization == stored(member.organization_id)


def write(member: Membership) -> None:
    TenantCollection(member.organization_id).insert_one({"_id": 1})


def rename_and_back(member: Membership) -> None:
    library.rename(member, "Alphabet")
    library.rename(member, "Google")


def want_the_name(_: Membership) -> None:
    with pytest.raises(OrganizationExists):
        library.create("Google", "other@example.com")


def run_the_reconciler(member: Membership) -> None:
    assert reconcile(timedelta()).settled == [member.organization_id]


@pytest.mark.parametrize(
    "meet", [repeat_with_the_key, write, rename_and_back, want_the_name, run_the_reconciler]
)
@pytest.mark.parametrize("with_collection", [False, True])
def test_whoever_meets_an_interrupted_creation_completes_it(
    meet: Callable[[Membership], None],
    begun: Membership,
    second: Database[Document],
    *,
    with_collection: bool,
) -> None:
    if with_collection:
        second.create_collection("org_google")
    meet(begun)
    assert stored(begun.organization_id)["state"] == "active"
    assert second.list_collection_names() == ["org_google"]
    assert reconcile(timedelta()).settled == []


def test_interrupted_creation_can_be_deleted(begun: Membership, second: Database[Document]) -> None:
    deleting.delete(begun)
    assert finding.find(begun.organization_id) is None
    assert second.list_collection_names() == []


def test_all_who_meet_it_at_once_make_one_collection(begun: Membership, second: Database[Document]) -> None:
    results = at_once([partial(write_own, begun, number) for number in range(6)])
    assert results == [None] * 6
    assert second.list_collection_names() == ["org_google"]
    assert sorted(document["_id"] for document in second["org_google"].find()) == list(range(6))


def write_own(member: Membership, number: int) -> None:
    TenantCollection(member.organization_id).insert_one({"_id": number})


def test_creator_that_was_held_up_creates_no_collection_that_nobody_owns(
    begun: Membership, second: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is about to create the collection when somebody else completes the creation and renames it."""
    organization = finding.find(begun.organization_id)
    assert organization is not None
    once_before(monkeypatch, clusters, "tenant_database", lambda: library.rename(begun, "Alphabet"))
    creation.complete_creation(organization)
    assert second.list_collection_names() == ["org_alphabet"]


def test_collection_of_nobody_is_refused_and_stays(
    second: Database[Document], databases: Databases, log: io.StringIO
) -> None:
    second["org_google"].insert_one({"_id": "whose?"})
    with pytest.raises(OrganizationExists):
        library.create("Google")
    assert "no organization owns" in log.getvalue()
    assert list(second["org_google"].find()) == [{"_id": "whose?"}]
    assert databases.master["organizations"].count_documents({}) == 0


@pytest.mark.parametrize("stray", [{"documents": 1}, {"index": 1}, {"options": 1}])
def test_collection_that_comes_between_is_not_taken_over(
    stray: Document, begun: Membership, second: Database[Document], log: io.StringIO
) -> None:
    options: dict[str, Any] = {"capped": True, "size": 4096} if "options" in stray else {}
    second.create_collection("org_google", **options)
    if "documents" in stray:
        second["org_google"].insert_one({"_id": "whose?"})
    if "index" in stray:
        second["org_google"].create_index("kind")
    before = second["org_google"].options(), second["org_google"].index_information()
    with pytest.raises(ServiceUnavailable):
        write(begun)
    assert "no organization owns" in log.getvalue()
    assert (second["org_google"].options(), second["org_google"].index_information()) == before
    assert reconcile(timedelta()).failed == [begun.organization_id]
    second["org_google"].drop()
    write(begun)
