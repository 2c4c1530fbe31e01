"""A process may die at any point of a rename or deletion; whoever comes next completes it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tenantry import accounts, database, lifecycle, organizations
from tenantry.errors import OrganizationNotFound
from tenantry.organizations import OrganizationDocument
from tenantry.tenants import collection, ddl
from tenantry.tenants.intents import settle
from tests.support import library
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.service import Service

Crash = Callable[[OrganizationDocument], None]


def stored(organization_id: str) -> OrganizationDocument:
    found = organizations.find(organization_id)
    assert found is not None
    return found


def intend_rename(organization_id: str, name: str) -> OrganizationDocument:
    """Write the intent of a rename, and no more."""
    current = stored(organization_id)
    slug = name.lower()
    intended = lifecycle._intend(
        current, "renaming", {"name": name, "slug": slug, "metadata": current["metadata"]}
    )
    assert intended is not None
    return intended


def intend_deletion(organization_id: str) -> OrganizationDocument:
    intended = lifecycle._intend(stored(organization_id), "deleting", {})
    assert intended is not None
    return intended


def only_intent(intended: OrganizationDocument) -> None:
    """The process died before the collection was touched."""


def collection_done(intended: OrganizationDocument) -> None:
    """The process died before the metadata were touched."""
    intent = intended["intent"]
    assert intent is not None
    if intended["state"] == "renaming":
        ddl.rename(intended["collection"], intent)
    else:
        ddl.drop(intended["collection"], intent["collection_uuid"])


CRASHES = pytest.mark.parametrize("crash", [only_intent, collection_done])


@pytest.fixture
def owner(service: Service, databases: Databases) -> Iterator[Owner]:
    """An organization with one document and an index of its own."""
    owner = sign_up(service, "Alpha")
    databases.tenants["org_alpha"].insert_one({"_id": "kept"})
    databases.tenants["org_alpha"].create_index("kind", name="kind")
    yield owner
    databases.check_invariants()


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
    answer = service.patch(owner.path, {"metadata": {"plan": "pro"}}, token=owner.token)
    assert answer.status == 200
    assert (answer.json["slug"], answer.json["metadata"]) == ("beta", {"plan": "pro"})
    check_renamed(databases, owner, identity)


@CRASHES
def test_next_write_of_the_tenant_completes_a_rename(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_rename(owner.id, "Beta"))
    collection(owner.id).insert_one({"_id": "later"})
    assert {found["_id"] for found in databases.tenants["org_beta"].find()} == {"kept", "later"}


@CRASHES
def test_next_read_of_the_tenant_completes_a_rename(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_rename(owner.id, "Beta"))
    assert collection(owner.id).find({}) == [{"_id": "kept"}]


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
    other = sign_up(service, "Other")
    identity = databases.collections()["org_alpha"]
    crash(intend_rename(owner.id, "Beta"))
    assert service.patch(other.path, {"name": name}, token=other.token).status == status
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
    sign_up(service, "Alpha", email=owner.email)


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
def test_pending_deletion_can_be_seen_but_not_logged_in_to(
    service: Service, databases: Databases, owner: Owner, crash: Crash
) -> None:
    crash(intend_deletion(owner.id))
    answer = service.get(owner.path, token=owner.token)
    assert (answer.status, answer.json["state"]) == (200, "deleting")
    refused = service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert (refused.status, refused.code) == (401, "invalid-credentials")
    with pytest.raises(OrganizationNotFound):
        collection(owner.id).insert_one({"_id": "too late"})
    assert service.get(owner.path, token=owner.token).status == 401


@CRASHES
def test_settling_twice_changes_nothing(databases: Databases, owner: Owner, crash: Crash) -> None:
    for intend in (partial(intend_rename, name="Beta"), intend_deletion):
        intended = intend(owner.id)
        crash(intended)
        first = settle(intended)
        dump = databases.dump()
        assert settle(intended) == first
        assert databases.dump() == dump


def test_a_process_that_dies_at_any_command_leaves_a_rename_that_the_next_completes(
    service: Service, databases: Databases, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    identity = databases.collections()["org_alpha"]
    for victim, function in ((ddl, "rename"), (database, "run_majority_command"), (organizations, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(victim, function, die)
            with pytest.raises(Killed):
                library.rename(library.membership(*ids_of(databases, owner)), "Beta")
    assert service.patch(owner.path, {"name": "Beta"}, token=owner.token).status == 200
    check_renamed(databases, owner, identity)


def ids_of(databases: Databases, owner: Owner) -> tuple[str, str]:
    member = databases.master["members"].find_one({"organization_id": owner.id})
    assert member is not None
    return member["account_id"], owner.id


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
    settle(late)
    assert service.patch(owner.path, {"name": "Alpha"}, token=owner.token).status == 200
    settle(late)
    assert collection(owner.id).find({}) == [{"_id": "kept"}]
    collection(owner.id).insert_one({"_id": "later"})
    assert databases.collections() == {"org_alpha": identity}
    assert databases.organization(owner.id)["collection"] == "org_alpha"


def test_stray_collection_under_the_new_name_is_left_alone(
    service: Service, databases: Databases, owner: Owner
) -> None:
    databases.tenants["org_beta"].insert_one({"nobody": "owns this"})
    before = databases.dump()
    answer = service.patch(owner.path, {"name": "Beta"}, token=owner.token)
    assert (answer.status, answer.code) == (409, "organization-exists")
    after = databases.dump()
    organization = databases.organization(owner.id)
    assert (organization["state"], organization["intent"], organization["slugs"]) == (
        "active",
        None,
        ["alpha"],
    )
    master = f"{databases.master.name}.organizations"
    assert {name: one for name, one in before.items() if name != master} == {
        name: one for name, one in after.items() if name != master
    }
    databases.tenants["org_beta"].drop()
    assert service.patch(owner.path, {"name": "Beta"}, token=owner.token).status == 200


def test_tenant_can_be_read_when_a_pending_rename_has_to_be_withdrawn(
    databases: Databases, owner: Owner
) -> None:
    intend_rename(owner.id, "Beta")
    databases.tenants["org_beta"].insert_one({"nobody": "owns this"})
    assert collection(owner.id).find({}) == [{"_id": "kept"}]
    databases.tenants["org_beta"].drop()


def test_change_after_a_rename_that_had_to_be_withdrawn_concerns_the_change_alone(
    service: Service, databases: Databases, owner: Owner
) -> None:
    intend_rename(owner.id, "Beta")
    databases.tenants["org_beta"].insert_one({"nobody": "owns this"})
    answer = service.patch(owner.path, {"metadata": {"plan": "pro"}}, token=owner.token)
    assert (answer.status, answer.json["slug"]) == (200, "alpha")
    intend_rename(owner.id, "Beta")
    assert service.delete(owner.path, token=owner.token).status == 204
    databases.tenants["org_beta"].drop()


def test_creation_where_a_stray_collection_has_the_name(service: Service, databases: Databases) -> None:
    databases.tenants["org_beta"].insert_one({"nobody": "owns this"})
    before = databases.dump()
    body = {"name": "Beta", "email": "owner@example.com", "password": PASSWORD}
    answer = service.post("/organizations", body)
    assert (answer.status, answer.code) == (409, "organization-exists")
    assert (
        databases.dump()[f"{databases.tenants.name}.org_beta"] == before[f"{databases.tenants.name}.org_beta"]
    )
    for name in ("organizations", "accounts", "members"):
        assert databases.master[name].count_documents({}) == 0


def test_collection_that_was_taken_away_gives_unavailable_and_no_loop(
    service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Alpha")
    databases.tenants["org_alpha"].rename("taken_away")
    for answer in (
        service.patch(owner.path, {"name": "Beta"}, token=owner.token),
        service.delete(owner.path, token=owner.token),
    ):
        assert (answer.status, answer.code) == (503, "service-unavailable")
    databases.tenants["taken_away"].rename("org_alpha")
    assert service.delete(owner.path, token=owner.token).status == 204
    assert accounts.find_by_email(owner.email) is None
    with pytest.raises(AssertionError):
        databases.organization(owner.id)


def test_settling_withdraws_a_rename_whose_target_a_stray_collection_has(
    databases: Databases, owner: Owner
) -> None:
    intended = intend_rename(owner.id, "Beta")
    databases.tenants["org_beta"].insert_one({"nobody": "owns this"})
    first = settle(intended)
    assert first == databases.organization(owner.id)
    assert (first["slug"], first["slugs"], first["state"]) == ("alpha", ["alpha"], "active")
    assert settle(intended) == first
    databases.tenants["org_beta"].drop()
