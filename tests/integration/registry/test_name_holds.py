"""Slugs that were given up: their former owners take them at once, others once the hold has ended."""

from datetime import timedelta

import pytest

from tenantry.errors import OrganizationExists
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.registry import name_holds
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tests.integration.audit.records import of_operator
from tests.integration.registry.holds import assert_held, end_holds, take
from tests.support import library
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, email_of, log_in, sign_up
from tests.support.service import Service


def hold_for(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME_HOLD_DAYS", str(days))
    settings.cache_clear()


def test_others_get_the_answer_of_a_taken_name(service: Service, databases: Databases) -> None:
    owner, stranger, neighbour = (sign_up(service, name) for name in ("Alpha", "Beta", "Gamma"))
    unused_address = {"email": "nobody@example.com", "password": PASSWORD}
    taken_address = {"email": stranger.email, "password": PASSWORD}
    assert service.delete(owner.path, token=owner.token).status == 204
    before = list(databases.master["name_holds"].find()), databases.collections()

    def answers(name: str) -> list[object]:
        sent = [
            service.post("/organizations", {"name": name} | unused_address),
            service.post("/organizations", {"name": name} | taken_address),
            service.post("/organizations", {"name": name}, token=stranger.token),
            service.patch(stranger.path, {"name": name}, token=stranger.token),
            service.patch(stranger.path, {"slug": name.lower()}, token=stranger.token),
        ]
        assert [(answer.status, answer.code) for answer in sent] == [(409, "organization-exists")] * 5
        return [answer.apart_from_request_id for answer in sent]

    assert answers("Alpha") == answers(neighbour.organization["name"])
    assert (list(databases.master["name_holds"].find()), databases.collections()) == before


def test_former_owner_takes_the_name_at_once_and_starts_empty(
    former_owner: Membership, databases: Databases
) -> None:
    deleting.delete(former_owner)
    organization, account = take("Google", former_owner)
    assert account["_id"] == former_owner.account_id
    assert organization["_id"] != former_owner.organization_id
    assert TenantCollection(organization["_id"]).find({}) == []
    databases.check_invariants()


def test_former_owner_renames_another_organization_to_it(former_owner: Membership) -> None:
    second = library.create_second("YouTube", former_owner)
    deleting.delete(former_owner)
    assert library.rename(second, "Google")["slug"] == "google"
    assert_held("YouTube")


def test_name_that_a_rename_gives_up_is_held(former_owner: Membership) -> None:
    library.rename(former_owner, "Alphabet")
    assert_held("Google")
    current = library.membership(former_owner.account_id, former_owner.organization_id)
    assert library.rename(current, "Google")["slug"] == "google"
    assert_held("Alphabet")


def test_change_of_the_display_name_holds_nothing(former_owner: Membership, databases: Databases) -> None:
    library.rename(former_owner, "GOOGLE!")
    assert databases.master["name_holds"].count_documents({}) == 0


def test_hold_ends_with_its_time(former_owner: Membership, databases: Databases) -> None:
    deleting.delete(former_owner)
    (hold,) = databases.master["name_holds"].find()
    assert timedelta(days=6.9) < hold["held_until"] - moments.now() <= timedelta(days=7)
    indexes = databases.master["name_holds"].list_indexes()
    (index,) = [index for index in indexes if "expireAfterSeconds" in index]
    assert (dict(index["key"]), index["expireAfterSeconds"]) == ({"held_until": 1}, 0)
    assert_held("Google")
    end_holds(databases)
    assert take("Google").organization["slug"] == "google"
    databases.check_invariants()


def test_without_holds_a_name_is_free_at_once(
    former_owner: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_for(0, monkeypatch)
    deleting.delete(former_owner)
    stranger = take("Google")
    library.rename(library.membership(stranger.account["_id"], stranger.organization["_id"]), "Alphabet")
    assert library.create("Google", "third@example.com").organization["slug"] == "google"
    assert databases.master["name_holds"].count_documents({}) == 0
    databases.check_invariants()


def test_holds_of_before_do_not_count_any_more(
    former_owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleting.delete(former_owner)
    hold_for(0, monkeypatch)
    assert take("Google").organization["slug"] == "google"


def test_name_of_several_owners_is_held_for_each(former_owner: Membership, databases: Databases) -> None:
    owners = [library.create(name) for name in ("Beta", "Gamma")]
    for number, owner in enumerate(owners):
        row = {"_id": f"mem_{number}", "organization_id": former_owner.organization_id, "role": "owner"}
        databases.master["members"].insert_one(row | {"account_id": owner.account_id})
    deleting.delete(former_owner)
    (hold,) = databases.master["name_holds"].find()
    holders = {former_owner.account_id, *(owner.account_id for owner in owners)}
    assert sorted(hold["account_ids"]) == sorted(holders)
    assert_held("Google")
    taken = take("Google", owners[1]).organization
    with pytest.raises(OrganizationExists):
        take("Google", former_owner)
    deleting.delete(library.membership(owners[1].account_id, taken["_id"]))
    with pytest.raises(OrganizationExists):
        take("Google", former_owner)  # whoever has had it last holds it
    databases.check_invariants()


def test_name_is_not_held_for_an_address_but_for_an_account(databases: Databases) -> None:
    member = library.create("Google")
    library.delete_with_account(member)
    with pytest.raises(OrganizationExists):
        library.create("Google")
    end_holds(databases)
    assert library.create("Google").account_id != member.account_id


def test_an_account_holds_so_many_names_and_no_more(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_holds, "MAX_OF_ACCOUNT", 2)
    owner = library.create("Home")
    for name in ("One", "Two", "Two", "Three"):
        created = take(name, owner).organization
        deleting.delete(library.membership(owner.account_id, created["_id"]))
    assert sorted(hold["_id"] for hold in databases.master["name_holds"].find()) == ["one", "two"]
    assert take("Three").organization["slug"] == "three"


def test_renames_hold_the_first_names_and_no_more(databases: Databases) -> None:
    """So that no thief pushes out the name that the owner is known by."""
    member = library.create("Google")
    for number in range(name_holds.MAX_BY_RENAMES + 2):
        library.rename(library.membership(member.account_id, member.organization_id), f"Name {number}")
    held = sorted(hold["_id"] for hold in databases.master["name_holds"].find())
    assert held == ["google", *(f"name-{number}" for number in range(name_holds.MAX_BY_RENAMES - 1))]


def test_operator_creates_under_no_held_name(service: Service) -> None:
    """Where sign-up is closed, the operator's creations are the sign-ups of strangers."""
    member = library.create("Google")
    deleting.delete(member)
    body = {"name": "Google", "email": "x@example.com", "password": PASSWORD}
    answer = of_operator(service, "POST", "/operator/organizations", body)
    assert (answer.status, answer.code) == (409, "organization-exists")


def test_token_for_no_organization_takes_the_name_back(service: Service) -> None:
    owner = sign_up(service, "Alpha")
    assert service.delete(owner.path, token=owner.token).status == 204
    token = log_in(service, email_of("Alpha"))
    answer = service.post("/organizations", {"name": "Alpha"}, token=token)
    assert (answer.status, answer.json["organization"]["slug"]) == (201, "alpha")
