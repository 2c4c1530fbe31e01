"""Ownership changes hands when the one to whom it is offered accepts."""

from datetime import timedelta
from typing import Any

import pytest

from tenantry.http.members.answers import OwnershipTransfer
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tests.integration.identity.memberships.conftest import Team
from tests.support.colleagues import Colleague
from tests.support.owners import sign_up
from tests.support.service import Answer


def transfer_path(team: Team) -> str:
    return f"{team.organization}/ownership-transfer"


def offer(team: Team, by: Colleague, to: Colleague | str) -> Answer:
    member = to if isinstance(to, str) else to.member_id
    return team.service.put(transfer_path(team), {"member": member}, token=by.token)


def withdraw(team: Team, by: Colleague) -> Answer:
    return team.service.delete(transfer_path(team), token=by.token)


def accept(team: Team, by: Colleague) -> Answer:
    return team.service.post(f"{transfer_path(team)}/accept", token=by.token)


def pending(team: Team) -> Any:
    answer = team.service.get(transfer_path(team), token=team.viewer.token)
    return answer.json if answer.status == 200 else answer.code


def test_who_accepts_becomes_owner_and_who_has_offered_admin(team: Team) -> None:
    assert pending(team) == "transfer-not-found"
    offered = offer(team, team.owner, team.editor)
    assert offered.status == 201
    OwnershipTransfer.model_validate(offered.json, strict=True)
    assert pending(team) == offered.json
    assert (offered.json["owner"], offered.json["member"]) == (team.owner.member_id, team.editor.member_id)
    assert accept(team, team.editor).status == 204
    assert (team.role_of(team.owner), team.role_of(team.editor)) == ("admin", "owner")
    assert team.role_of(team.second_owner) == "owner"
    assert pending(team) == "transfer-not-found"
    assert accept(team, team.editor).code == "transfer-not-found"
    assert team.service.delete(team.organization, token=team.owner.token).code == "role-too-low"
    assert team.service.delete(team.organization, token=team.editor.token).status == 204
    team.databases.check_invariants()


def test_what_is_recorded(team: Team) -> None:
    offer(team, team.owner, team.editor)
    withdraw(team, team.second_owner)
    offer(team, team.owner, team.editor)
    withdraw(team, team.editor)
    offer(team, team.owner, team.editor)
    accept(team, team.editor)
    details = {
        "from": {"member_id": team.owner.member_id, "account_id": team.owner.account_id},
        "to": {"member_id": team.editor.member_id, "account_id": team.editor.account_id},
    }
    actors = {"offered": team.owner, "withdrawn": team.second_owner, "declined": team.editor}
    for action, actor in (actors | {"transferred": team.editor}).items():
        records = team.records(f"ownership.{action}")
        assert len(records) == (3 if action == "offered" else 1)
        for record in records:
            assert record["details"] == details
            assert record["actor"]["id"] == actor.account_id


def test_offer_ends_when_its_member_becomes_an_owner_in_another_way(team: Team) -> None:
    offer(team, team.owner, team.editor)
    path = f"{team.organization}/members/{team.editor.member_id}"
    assert team.service.patch(path, {"role": "owner"}, token=team.second_owner.token).status == 200
    assert pending(team) == "transfer-not-found"
    assert accept(team, team.editor).code == "transfer-not-found"
    assert team.role_of(team.owner) == "owner"
    assert team.service.patch(path, {"role": "editor"}, token=team.second_owner.token).status == 200
    assert pending(team) == "transfer-not-found"
    assert accept(team, team.editor).code == "transfer-not-found"


@pytest.mark.parametrize("name", ["owner", "second_owner", "admin", "viewer"])
def test_nobody_else_accepts(team: Team, name: str) -> None:
    offer(team, team.owner, team.editor)
    answer = accept(team, getattr(team, name))
    assert (answer.status, answer.code) == (404, "transfer-not-found")
    assert team.roles() == ["admin", "editor", "owner", "owner", "viewer"]


@pytest.mark.parametrize("name", ["admin", "viewer"])
def test_neither_owner_nor_named_member_withdraws_nothing(team: Team, name: str) -> None:
    offer(team, team.owner, team.editor)
    answer = withdraw(team, getattr(team, name))
    assert (answer.status, answer.code) == (403, "role-too-low")
    assert accept(team, team.editor).status == 204


def test_one_offer_at_a_time(team: Team) -> None:
    assert offer(team, team.owner, team.editor).status == 201
    again = offer(team, team.owner, team.viewer)
    assert (again.status, again.json["member"]) == (200, team.viewer.member_id)
    assert accept(team, team.editor).status == 404
    other = offer(team, team.second_owner, team.editor)
    assert (other.status, other.code) == (409, "transfer-pending")
    assert withdraw(team, team.second_owner).status == 204
    assert offer(team, team.second_owner, team.editor).status == 201


def test_offer_ends_after_7_days(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(team, team.owner, team.editor)
    stored = team.stored(team.owner)
    assert stored is not None
    left = stored["ownership_offer"]["expires_at"] - moments.now()
    assert timedelta(days=7) - timedelta(minutes=1) < left <= timedelta(days=7)
    ended = {"$set": {"ownership_offer.expires_at": moments.now()}}
    team.databases.master["members"].update_one({"_id": team.owner.member_id}, ended)
    assert pending(team) == "transfer-not-found"
    assert withdraw(team, team.owner).status == accept(team, team.editor).status == 404
    assert offer(team, team.second_owner, team.editor).status == 201


def test_offer_ends_with_the_owners_role(team: Team) -> None:
    offer(team, team.owner, team.editor)
    assert team.change(team.second_owner, team.owner, "admin").status == 200
    assert accept(team, team.editor).code == "transfer-not-found"
    assert team.change(team.second_owner, team.owner, "owner").status == 200
    assert accept(team, team.editor).code == "transfer-not-found"


def test_offer_ends_with_either_member(team: Team) -> None:
    offer(team, team.owner, team.editor)
    assert team.remove(team.second_owner, team.owner).status == 204
    assert accept(team, team.editor).code == "transfer-not-found"
    offer(team, team.second_owner, team.editor)
    assert team.remove(team.second_owner, team.editor).status == 204
    assert pending(team) == "transfer-not-found"
    assert offer(team, team.second_owner, team.viewer).status == 201


def test_offer_to_whom_nothing_can_be_offered(team: Team) -> None:
    stranger = sign_up(team.service, "Beta")
    own = team.databases.master["members"].find_one({"organization_id": stranger.id})
    assert own is not None
    for member in (own["_id"], "mem_nobody", team.editor.account_id, "", "$ne", "\0"):
        answer = offer(team, team.owner, member)
        assert (answer.status, answer.code) == (422, "invalid-fields")
    for owner in (team.owner, team.second_owner):
        answer = offer(team, team.owner, owner)
        assert (answer.status, answer.code) == (409, "already-owner")
    for body in ({}, {"member": None}, {"member": ["x"]}, {"member": {"$ne": ""}}, {"member": "x" * 101}):
        answer = team.service.put(transfer_path(team), body, token=team.owner.token)
        assert (answer.status, answer.code) == (422, "invalid-fields")
    assert pending(team) == "transfer-not-found"


@pytest.mark.usefixtures("long_ago")
def test_offering_and_accepting_need_a_recent_login(team: Team) -> None:
    for answer in (offer(team, team.owner, team.editor), accept(team, team.editor)):
        assert (answer.status, answer.code) == (401, "login-too-old")


def test_owner_of_as_many_organizations_as_there_may_be_accepts_no_further_one(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORGANIZATIONS_PER_ACCOUNT", "1")
    settings.cache_clear()
    assert team.service.post("/organizations", {"name": "Own"}, token=team.editor.token).status == 201
    offer(team, team.owner, team.editor)
    answer = accept(team, team.editor)
    assert (answer.status, answer.code) == (403, "limit-reached")
    assert (team.role_of(team.owner), team.role_of(team.editor)) == ("owner", "editor")
    assert pending(team) != "transfer-not-found"
