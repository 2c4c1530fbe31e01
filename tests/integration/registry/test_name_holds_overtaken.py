"""Slugs that are given up by interrupted changes, or while others ask for them, go to their former owners."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from unittest.mock import Mock

import pytest
from pymongo.errors import AutoReconnect

from tenantry.errors import InvalidToken, OrganizationExists
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, slugs
from tenantry.lifecycle.creating import Created
from tenantry.lifecycle.intents import completion, creation
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry.organizations import changing
from tenantry.runtime import moments, mongodb
from tests.integration.registry.holds import assert_held, take
from tests.support import library
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.intents import Crash, collection_done, intend_deletion, only_intent
from tests.support.overtaking import once_before


def take_for(owner: Membership, name: str) -> Created:
    return take(name, owner)


def test_rename_that_a_deletion_overtakes_leaves_the_hold_of_the_deletion(
    former_owner: Membership, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_before(monkeypatch, changing, "replace", partial(deleting.delete, former_owner))
    with pytest.raises(InvalidToken):
        library.rename(former_owner, "Alphabet")
    (hold,) = databases.master["name_holds"].find()
    assert (hold["_id"], hold["account_ids"]) == ("google", [former_owner.account_id])


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
    former_owner: Membership,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    give_up: Callable[[Membership], None],
    attempt: Callable[[Membership, str], object],
    moment: tuple[object, str],
) -> None:
    """It happens between the look for a hold and the write, within the stranger's transaction."""
    monkeypatch.setattr(slugs, "check_free", lambda *_, **__: None)
    stranger = library.create("Stranger")
    once_before(monkeypatch, *moment, partial(give_up, former_owner))
    with pytest.raises(OrganizationExists):
        attempt(stranger, name)
    held = mongodb.collection("name_holds").find_one({"_id": name.lower()})
    assert held is not None
    assert held["account_ids"] == [former_owner.account_id]


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
