"""A process may die at any point of a rename or deletion; whoever comes next completes it."""

from typing import Any

import pytest

from tenantry.errors import OrganizationNotFound
from tenantry.lifecycle.intents.settling import settle
from tenantry.tenants import TenantCollection
from tests.support.databases import Databases
from tests.support.intents import (
    Crash,
    collection_done,
    intend_deletion,
    intend_rename,
    only_intent,
    stored,
)
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")
CRASHES = pytest.mark.parametrize("crash", [only_intent, collection_done])


def check_renamed(databases: Databases, owner: Owner, identity: Any) -> None:
    assert databases.collections()["org_beta"] == identity
    assert databases.tenants["org_beta"].find_one() == {"_id": "kept"}
    assert set(databases.tenants["org_beta"].index_information()) == {"_id_", "kind"}
    assert databases.organization(owner.id)["slug"] == "beta"


@CRASHES
def test_read_works_while_a_rename_is_pending(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_rename(owner.id, "Beta"))
    answer = service.get(owner.path, token=owner.token)
    assert (answer.status, answer.json["id"]) == (200, owner.id)
    settle(stored(owner.id))


@CRASHES
def test_next_change_completes_a_rename(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    identity = databases.collections()["org_alpha"]
    crash(intend_rename(owner.id, "Beta"))
    answer = service.patch(owner.path, {"metadata": {"color": "green"}}, token=owner.token)
    assert answer.status == 200
    assert (answer.json["slug"], answer.json["metadata"]) == ("beta", {"color": "green"})
    check_renamed(databases, owner, identity)


@CRASHES
def test_next_write_of_the_tenant_completes_a_rename(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_rename(owner.id, "Beta"))
    TenantCollection(owner.id).insert_one({"_id": "later"})
    assert {document["_id"] for document in databases.tenants["org_beta"].find()} == {"kept", "later"}


@CRASHES
def test_next_read_of_the_tenant_completes_a_rename(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_rename(owner.id, "Beta"))
    assert TenantCollection(owner.id).find({}) == [{"_id": "kept"}]


@CRASHES
def test_deletion_of_an_organization_that_is_being_renamed(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_rename(owner.id, "Beta"))
    assert service.delete(owner.path, token=owner.token).status == 204
    assert databases.collections() == {}


@CRASHES
@pytest.mark.parametrize(("name", "status"), [("Alpha", 201), ("Beta", 409)])
def test_creation_under_a_name_of_a_pending_rename_completes_it(
    service: Service, databases: Databases, owner: Owner, crash: Crash, *, name: str, status: int
) -> None:
    identity = databases.collections()["org_alpha"]
    crash(intend_rename(owner.id, "Beta"))
    body = {"name": name, "email": "next@example.com", "password": PASSWORD}
    assert service.post("/organizations", body).status == status
    check_renamed(databases, owner, identity)


@CRASHES
@pytest.mark.parametrize(("name", "status"), [("Alpha", 200), ("Beta", 409)])
def test_rename_to_a_name_of_another_pending_rename_completes_that(
    service: Service, databases: Databases, owner: Owner, crash: Crash, *, name: str, status: int
) -> None:
    neighbour = sign_up(service, "Other")
    identity = databases.collections()["org_alpha"]
    crash(intend_rename(owner.id, "Beta"))
    assert service.patch(neighbour.path, {"name": name}, token=neighbour.token).status == status
    check_renamed(databases, owner, identity)


@CRASHES
@pytest.mark.parametrize(("method", "status"), [("PATCH", 401), ("DELETE", 204)])
@pytest.mark.parametrize("neighbours", [(), ("Neighbour",)])
def test_next_request_completes_a_deletion(
    service: Service,
    databases: Databases,
    owner: Owner,
    crash: Crash,
    *,
    method: str,
    status: int,
    neighbours: tuple[str, ...],
) -> None:
    # Without a neighbour the drop removes the last collection, and so the tenants' database itself.
    for name in neighbours:
        sign_up(service, name)
    crash(intend_deletion(owner.id))
    body = '{"name": "Beta"}' if method == "PATCH" else None
    assert service.request(method, owner.path, token=owner.token, body=body).status == status
    assert service.get(owner.path, token=owner.token).status == 401
    assert len(databases.collections()) == len(neighbours)
    token = log_in(service, owner.email)
    assert service.post("/organizations", {"name": "Alpha"}, token=token).status == 201


@pytest.mark.usefixtures("free_names")
@CRASHES
def test_creation_under_the_name_of_a_pending_deletion_completes_it(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_deletion(owner.id))
    body = {"name": "Alpha", "email": "next@example.com", "password": PASSWORD}
    answer = service.post("/organizations", body)
    assert answer.status == 201
    assert answer.json["organization"]["id"] != owner.id
    assert databases.tenants["org_alpha"].count_documents({}) == 0


@CRASHES
def test_pending_deletion_can_be_seen_but_not_entered(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_deletion(owner.id))
    answer = service.get(owner.path, token=owner.token)
    assert (answer.status, answer.json["state"]) == (200, "deleting")
    credentials = {"email": owner.email, "password": PASSWORD}
    refused = service.post("/login", credentials | {"organization": owner.id})
    assert (refused.status, refused.code) == (401, "invalid-credentials")
    assert service.post("/login", credentials).json["organization"] is None
    with pytest.raises(OrganizationNotFound):
        TenantCollection(owner.id).insert_one({"_id": "too late"})
    assert service.delete(owner.path, token=owner.token).status == 204
    assert service.get(owner.path, token=owner.token).status == 401
