"""A collection that no organization owns, or that is gone: nothing is overwritten, nothing is guessed."""

import pytest

from tenantry.identity import accounts
from tenantry.lifecycle.intents.settling import settle
from tenantry.tenants import TenantCollection
from tests.support.databases import Databases
from tests.support.intents import intend_rename
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


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
    # The organization's version grows, and its own slug is held for its own owner, which bars nobody.
    changed = {f"{databases.master.name}.{name}" for name in ("organizations", "name_holds")}
    assert {name: content for name, content in before.items() if name not in changed} == {
        name: content for name, content in after.items() if name not in changed
    }
    databases.tenants["org_beta"].drop()
    assert service.patch(owner.path, {"name": "Beta"}, token=owner.token).status == 200


def test_tenant_can_be_read_when_a_pending_rename_has_to_be_withdrawn(
    databases: Databases, owner: Owner
) -> None:
    intend_rename(owner.id, "Beta")
    databases.tenants["org_beta"].insert_one({"nobody": "owns this"})
    assert TenantCollection(owner.id).find({}) == [{"_id": "kept"}]
    databases.tenants["org_beta"].drop()


def test_change_after_a_rename_that_had_to_be_withdrawn_concerns_the_change_alone(
    service: Service, databases: Databases, owner: Owner
) -> None:
    intend_rename(owner.id, "Beta")
    databases.tenants["org_beta"].insert_one({"nobody": "owns this"})
    answer = service.patch(owner.path, {"metadata": {"color": "green"}}, token=owner.token)
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
    databases.tenants["org_beta"].drop()


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
    account = accounts.find_by_email(owner.email)
    assert account is not None
    assert "without_organization_since" in account
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
