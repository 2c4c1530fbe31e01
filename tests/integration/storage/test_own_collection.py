"""An organization's own collection: another's that has its name is neither taken, changed nor removed."""

from collections.abc import Callable

import pytest
from pymongo import IndexModel
from pymongo.database import Database

from tenantry.errors import ServiceUnavailable
from tenantry.registry.organizations.document import Place
from tenantry.runtime import mongodb
from tenantry.storage import collections
from tenantry.storage.collections import CollectionElsewhere, CollectionExists
from tenantry.storage.opening import open_place
from tenantry.storage.tenant_storage import TenantStorage
from tests.support.databases import Databases, Document

PLACE = Place("main", "collection", "org_google")
BY_KIND = IndexModel("kind")


class Refused(Exception):
    """What a check raises."""


def allow() -> None:
    """Raise nothing."""


def refuse() -> None:
    raise Refused


def with_documents(tenants: Database[Document]) -> None:
    tenants["org_google"].insert_one({"_id": "stray"})


def with_options(tenants: Database[Document]) -> None:
    tenants.create_collection("org_google", validator={"kind": {"$exists": True}})


def with_an_index(tenants: Database[Document]) -> None:
    tenants["org_google"].create_index("kind")


@pytest.fixture
def storage(databases: Databases) -> TenantStorage:
    """What an organization has where nothing is yet; the collection's identity is not known."""
    return open_place(PLACE, "org_1")


@pytest.mark.parametrize("create_stray", [with_documents, with_options])
def test_stray_collection_is_not_given_to_an_organization_that_is_created(
    create_stray: Callable[[Database[Document]], None], storage: TenantStorage, databases: Databases
) -> None:
    create_stray(databases.tenants)
    before = databases.fingerprint()
    with pytest.raises(CollectionExists):
        mongodb.run_transaction(storage.create)
    assert databases.fingerprint() == before


@pytest.mark.parametrize("create_stray", [with_documents, with_options, with_an_index])
def test_stray_collection_is_no_target_of_a_move_and_stays(
    create_stray: Callable[[Database[Document]], None], storage: TenantStorage, databases: Databases
) -> None:
    create_stray(databases.tenants)
    before = databases.fingerprint()
    with pytest.raises(CollectionExists):
        storage.prepare(allow)
    storage.remove(allow, allow)
    assert databases.fingerprint() == before
    assert bool(storage.options()) == (create_stray is with_options)


def test_stray_collection_is_refused_though_its_creation_succeeds(
    storage: TenantStorage, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_documents(databases.tenants)
    # As MongoDB's manual has it from 7.0 on; see `collections.create`.
    monkeypatch.setattr(collections, "create", lambda *_: None)
    with pytest.raises(CollectionExists):
        mongodb.run_transaction(storage.create)
    with pytest.raises(CollectionExists):
        storage.prepare(allow)


def test_target_whose_identity_nobody_noted_is_taken_again_or_removed(
    storage: TenantStorage, databases: Databases
) -> None:
    with pytest.raises(Refused):
        storage.prepare(refuse)
    assert storage.find_uuid() is None
    uuid = storage.prepare(allow)
    assert uuid is not None
    assert storage.prepare(allow) == uuid == storage.find_uuid()
    for _ in range(2):
        storage.remove(allow, allow)
        assert databases.collections() == {}


def test_collection_of_a_known_identity_is_the_only_one_that_is_prepared_or_removed(
    storage: TenantStorage, databases: Databases
) -> None:
    known = open_place(PLACE, "org_1", storage.prepare(allow))
    databases.tenants["org_google"].insert_one({"_id": 1})
    assert known.prepare(refuse) == storage.find_uuid()
    databases.tenants["org_google"].rename("org_alphabet")
    with_documents(databases.tenants)
    before = databases.fingerprint()
    with pytest.raises(CollectionElsewhere):
        known.remove(allow, allow)
    assert databases.fingerprint() == before
    databases.tenants["org_google"].drop()
    databases.tenants["org_alphabet"].rename("org_google")
    for _ in range(2):
        known.remove(allow, allow)
        assert databases.collections() == {}


def test_indexes_are_changed_only_where_the_organization_was_when_it_was_looked_up(
    storage: TenantStorage, databases: Databases
) -> None:
    def replace_by_another() -> None:
        databases.tenants["org_google"].rename("org_alphabet")
        databases.tenants.create_collection("org_google")

    storage.prepare(allow)
    with pytest.raises(Refused), storage.changing_indexes(refuse):
        pytest.fail("The organization has changed")
    with pytest.raises(CollectionElsewhere), storage.changing_indexes(replace_by_another) as indexes:
        indexes.create(BY_KIND)
    for name in ("org_google", "org_alphabet"):
        assert list(databases.tenants[name].index_information()) == ["_id_"]
    with storage.changing_indexes(allow) as indexes:
        indexes.create(BY_KIND)
    assert storage.count_namespaces() == PLACE.initial_namespaces + 1


def test_without_a_collection_there_are_no_indexes(storage: TenantStorage) -> None:
    with pytest.raises(ServiceUnavailable):
        assert storage.indexes
    with pytest.raises(ServiceUnavailable), storage.changing_indexes(allow):
        pytest.fail("There is no collection")


@pytest.mark.parametrize(("cluster", "is_created_apart"), [("main", False), ("second", True)])
def test_only_on_the_masters_cluster_a_collection_is_created_with_its_organization(
    cluster: str, *, is_created_apart: bool
) -> None:
    assert open_place(PLACE._replace(cluster=cluster), "org_1").is_created_apart == is_created_apart
