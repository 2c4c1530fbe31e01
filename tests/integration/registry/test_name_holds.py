"""Slugs that were given up: their former owners take them at once, others once the hold has ended."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from unittest.mock import Mock

import pytest
from pymongo.errors import AutoReconnect

from tenantry.errors import InvalidToken, OrganizationExists
from tenantry.identity.members import Membership
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.lifecycle import creating, deleting, slugs
from tenantry.lifecycle.creating import Created
from tenantry.lifecycle.intents import completion, creation
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import name_holds
from tenantry.registry.organizations import changing
from tenantry.runtime import moments, mongodb
from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tests.integration import kinds
from tests.integration.audit.records import of_operator
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.intents import Crash, collection_done, intend_deletion, only_intent
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, email_of, log_in, sign_up
from tests.support.service import Service


def hold_for(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME_HOLD_DAYS", str(days))
    settings.cache_clear()


def end_holds(databases: Databases) -> None:
    """Let their time pass; the index removes them later."""
    assert (
        databases.master["name_holds"].update_many({}, {"$set": {"held_until": moments.now()}}).matched_count
    )


def take(name: str, owner: Membership | None = None) -> Created:
    """Create an organization, with an account of its own if nobody owns it."""
    if owner is not None:
        return creating.create(library.wanted(name), ExistingAccount(owner.account_id))
    return creating.create(library.wanted(name), NewAccount("stranger@example.com", PASSWORD))


def take_for(owner: Membership, name: str) -> Created:
    return take(name, owner)


def assert_held(name: str) -> None:
    with pytest.raises(OrganizationExists):
        take(name)


@pytest.fixture(params=kinds.KINDS)
def member(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Membership:
    """The owner of Google, who has stored a document."""
    kinds.place(request.param, monkeypatch)
    owner = library.create("Google")
    TenantCollection(owner.organization_id).insert_one({"_id": 1})
    return owner


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
    member: Membership, databases: Databases
) -> None:
    deleting.delete(member)
    organization, account = take("Google", member)
    assert account["_id"] == member.account_id
    assert organization["_id"] != member.organization_id
    assert TenantCollection(organization["_id"]).find({}) == []
    databases.check_invariants()


def test_former_owner_renames_another_organization_to_it(member: Membership) -> None:
    second = library.create_second("YouTube", member)
    deleting.delete(member)
    assert library.rename(second, "Google")["slug"] == "google"
    assert_held("YouTube")


def test_name_that_a_rename_gives_up_is_held(member: Membership) -> None:
    library.rename(member, "Alphabet")
    assert_held("Google")
    current = library.membership(member.account_id, member.organization_id)
    assert library.rename(current, "Google")["slug"] == "google"
    assert_held("Alphabet")


def test_rename_that_a_deletion_overtakes_leaves_the_hold_of_the_deletion(
    member: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_before(monkeypatch, changing, "replace", partial(deleting.delete, member))
    with pytest.raises(InvalidToken):
        library.rename(member, "Alphabet")
    (hold,) = databases.master["name_holds"].find()
    assert (hold["_id"], hold["account_ids"]) == ("google", [member.account_id])


def test_change_of_the_display_name_holds_nothing(member: Membership, databases: Databases) -> None:
    library.rename(member, "GOOGLE!")
    assert databases.master["name_holds"].count_documents({}) == 0


def test_hold_ends_with_its_time(member: Membership, databases: Databases) -> None:
    deleting.delete(member)
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
    member: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_for(0, monkeypatch)
    deleting.delete(member)
    stranger = take("Google")
    library.rename(library.membership(stranger.account["_id"], stranger.organization["_id"]), "Alphabet")
    assert library.create("Google", "third@example.com").organization["slug"] == "google"
    assert databases.master["name_holds"].count_documents({}) == 0
    databases.check_invariants()


def test_holds_of_before_do_not_count_any_more(member: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    deleting.delete(member)
    hold_for(0, monkeypatch)
    assert take("Google").organization["slug"] == "google"


@pytest.mark.parametrize("crash", [only_intent, collection_done])
def test_whoever_completes_a_deletion_holds_the_name(databases: Databases, crash: Crash) -> None:
    member = library.create("Google")
    crash(intend_deletion(member.organization_id))
    assert_held("Google")  # which completes the deletion
    databases.check_invariants()
    assert take("Google", member).organization["slug"] == "google"


def test_both_names_of_a_rename_that_was_interrupted_are_held(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = library.create("Google")
    with monkeypatch.context() as patch:
        patch.setattr(completion, "complete_rename", Mock(side_effect=AutoReconnect))
        with pytest.raises(AutoReconnect):
            library.rename(member, "Alphabet")
    databases.master["organizations"].update_one({}, {"$set": {"intent.leased_until": moments.now()}})
    assert reconcile(timedelta(seconds=-1)).settled == [member.organization_id]
    deleting.delete(library.membership(member.account_id, member.organization_id))
    for name in ("Google", "Alphabet"):
        assert_held(name)
        take(name, member)
    databases.check_invariants()


def test_name_of_several_owners_is_held_for_each(member: Membership, databases: Databases) -> None:
    owners = [library.create(name) for name in ("Beta", "Gamma")]
    for number, owner in enumerate(owners):
        row = {"_id": f"mem_{number}", "organization_id": member.organization_id, "role": "owner"}
        databases.master["members"].insert_one(row | {"account_id": owner.account_id})
    deleting.delete(member)
    (hold,) = databases.master["name_holds"].find()
    assert sorted(hold["account_ids"]) == sorted([member.account_id, *(owner.account_id for owner in owners)])
    assert_held("Google")
    taken = take("Google", owners[1]).organization
    with pytest.raises(OrganizationExists):
        take("Google", member)
    deleting.delete(library.membership(owners[1].account_id, taken["_id"]))
    with pytest.raises(OrganizationExists):
        take("Google", member)  # whoever has had it last holds it
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


def give_up_by_deletion(member: Membership) -> None:
    deleting.delete(member)


def give_up_by_rename(member: Membership) -> None:
    library.rename(member, "Alphabet")


def take_and_give_up(member: Membership) -> None:
    created = take("Name", member).organization
    deleting.delete(library.membership(member.account_id, created["_id"]))


@pytest.mark.parametrize(
    ("name", "give_up"),
    [("Google", give_up_by_deletion), ("Google", give_up_by_rename), ("Name", take_and_give_up)],
)
@pytest.mark.parametrize(
    ("attempt", "moment"), [(library.rename, (changing, "replace")), (take_for, (creation, "insert"))]
)
def test_stranger_who_has_found_no_hold_gets_no_name_that_is_given_up_meanwhile(  # noqa: PLR0917
    member: Membership,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    give_up: Callable[[Membership], None],
    attempt: Callable[[Membership, str], object],
    moment: tuple[object, str],
) -> None:
    """It happens between the look for a hold and the write, within the stranger's transaction."""
    monkeypatch.setattr(slugs, "check_free", lambda *_, **__: None)
    stranger = library.create("Stranger")
    once_before(monkeypatch, *moment, partial(give_up, member))
    with pytest.raises(OrganizationExists):
        attempt(stranger, name)
    held = mongodb.collection("name_holds").find_one({"_id": name.lower()})
    assert held is not None
    assert held["account_ids"] == [member.account_id]


@pytest.mark.parametrize("_", range(8))
def test_of_strangers_and_an_owner_at_once_the_owner_gets_the_name(databases: Databases, _: int) -> None:
    member = library.create("Google")
    strangers = [library.create(name) for name in ("Beta", "Gamma")]

    def give_up_and_take() -> Created:
        deleting.delete(member)
        return take("Google", member)

    outcomes = at_once(
        [
            give_up_and_take,
            partial(take, "Google", strangers[0]),
            partial(library.rename, strangers[1], "Google"),
            partial(take, "Google"),
        ]
    )
    assert isinstance(outcomes[0], Created)
    assert [type(outcome) for outcome in outcomes[1:]] == [OrganizationExists] * 3
    databases.check_invariants()


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
