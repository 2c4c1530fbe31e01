"""Roles are changed by those who have them, and count from the next request on."""

from itertools import product
from typing import Any

import pytest

from tenantry.identity.roles import ROLES, Role
from tenantry.runtime.settings import settings
from tests.integration.identity.memberships.conftest import Team
from tests.support.colleagues import Colleague

ACTORS = ("owner", "admin", "editor", "viewer")


@pytest.mark.parametrize("actor", ACTORS)
def test_who_may_give_whom_which_role(team: Team, actor: str) -> None:
    by: Colleague = getattr(team, actor)
    for present, wanted in product(ROLES, ROLES):
        member = team.add(present)
        answer = team.change(by, member, wanted)
        reach = ROLES.index(by.role)
        is_allowed = by.role in ("admin", "owner") and max(map(ROLES.index, (present, wanted))) <= reach
        expected = (200, "") if is_allowed else (403, "role-too-low")
        assert (answer.status, answer.code) == expected, (present, wanted)
        assert team.role_of(member) == (wanted if is_allowed else present)
    team.databases.check_invariants()


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("wanted", ROLES)
def test_own_role_only_becomes_a_lower_one(team: Team, actor: str, wanted: Role) -> None:
    member: Colleague = getattr(team, actor)
    answer = team.change(member, member, wanted)
    is_allowed = ROLES.index(wanted) <= ROLES.index(member.role)
    assert (answer.status, answer.code) == ((200, "") if is_allowed else (403, "role-too-low"))
    assert team.role_of(member) == (wanted if is_allowed else member.role)


@pytest.mark.parametrize("actor", ACTORS)
def test_who_may_remove_whom(team: Team, actor: str) -> None:
    by: Colleague = getattr(team, actor)
    for role in ROLES:
        member = team.add(role)
        answer = team.remove(by, member)
        is_allowed = by.role in ("admin", "owner") and ROLES.index(role) <= ROLES.index(by.role)
        assert (answer.status, answer.code) == ((204, "") if is_allowed else (403, "role-too-low")), role
        assert (team.stored(member) is None) == is_allowed
    team.databases.check_invariants()


def test_change_of_role_counts_from_the_next_request_on(team: Team) -> None:
    documents = f"{team.organization}/documents"
    assert team.service.post(documents, {}, token=team.editor.token).status == 201
    assert team.change(team.admin, team.editor, "viewer").json["role"] == "viewer"
    refused = team.service.post(documents, {}, token=team.editor.token)
    assert (refused.status, refused.code) == (403, "role-too-low")
    assert team.service.get(documents, token=team.editor.token).status == 200
    assert team.change(team.admin, team.editor, "admin").status == 200
    assert team.service.get(f"{team.organization}/audit", token=team.editor.token).status == 200
    assert team.change(team.editor, team.admin, "viewer").status == 200
    assert team.change(team.admin, team.editor, "viewer").status == 403


def test_same_role_changes_nothing(team: Team) -> None:
    before = team.service.get(team.path(team.editor), token=team.viewer.token)
    answer = team.change(team.admin, team.editor, "editor")
    assert (answer.status, answer.json) == (200, before.json)
    assert answer.headers["etag"] == before.headers["etag"]
    assert team.records("member.role_changed") == []


def test_last_owner_stays(team: Team) -> None:
    assert team.change(team.owner, team.second_owner, "admin").status == 200
    for answer in (team.change(team.owner, team.owner, "admin"), team.remove(team.owner, team.owner)):
        assert (answer.status, answer.code) == (409, "last-owner")
    assert team.role_of(team.owner) == "owner"
    assert team.change(team.owner, team.second_owner, "owner").status == 200
    assert team.remove(team.owner, team.owner).status == 204
    team.databases.check_invariants()


@pytest.mark.usefixtures("long_ago")
def test_what_is_about_owners_needs_a_recent_login(team: Team) -> None:
    answers = [
        team.change(team.owner, team.second_owner, "admin"),
        team.change(team.owner, team.owner, "admin"),
        team.change(team.owner, team.admin, "owner"),
        team.remove(team.owner, team.second_owner),
        team.remove(team.owner, team.owner),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(401, "login-too-old")] * 5
    assert team.change(team.admin, team.owner, "admin").code == "role-too-low"
    assert team.change(team.admin, team.viewer, "admin").status == 200
    assert team.remove(team.admin, team.viewer).status == 204
    assert team.remove(team.editor, team.editor).status == 204


def test_change_and_removal_on_condition(team: Team) -> None:
    tag = team.service.get(team.path(team.editor), token=team.admin.token).headers["etag"]
    changed = team.change(team.admin, team.editor, "viewer", If_Match=tag)
    assert (changed.status, changed.headers["etag"] != tag) == (200, True)
    for answer in (
        team.change(team.admin, team.editor, "admin", If_Match=tag),
        team.remove(team.admin, team.editor, If_Match=tag),
    ):
        assert (answer.status, answer.code) == (412, "precondition-failed")
    assert team.role_of(team.editor) == "viewer"
    assert team.remove(team.admin, team.editor, If_Match=changed.headers["etag"]).status == 204


@pytest.mark.parametrize(
    "body",
    [
        {}, {"role": None}, {"role": "root"}, {"role": "Owner"}, {"role": ["viewer"]}, {"role": {"$ne": 1}},
        {"role": "viewer", "account_id": "acct_1"}, {"role": "viewer", "organization_id": "org_1"},
    ],
)  # fmt: skip
def test_what_is_no_change_of_role_is_refused(team: Team, body: Any) -> None:
    answer = team.service.patch(team.path(team.editor), body, token=team.owner.token)
    assert (answer.status, answer.code) == (422, "invalid-fields")
    assert team.role_of(team.editor) == "editor"


def test_member_of_an_unknown_role_may_nothing(team: Team) -> None:
    members = team.databases.master["members"]
    members.update_one({"_id": team.viewer.member_id}, {"$set": {"role": "root"}})
    for path in ("", "/documents", "/members"):
        answer = team.service.get(f"{team.organization}{path}", token=team.viewer.token)
        assert (answer.status, answer.code) == (403, "role-too-low")


def test_owner_of_as_many_organizations_as_there_may_be_becomes_no_further_one(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORGANIZATIONS_PER_ACCOUNT", "1")
    settings.cache_clear()
    assert team.service.post("/organizations", {"name": "Own"}, token=team.admin.token).status == 201
    answer = team.change(team.owner, team.admin, "owner")
    assert (answer.status, answer.code) == (403, "limit-reached")
    assert team.role_of(team.admin) == "admin"
    # What one is a member of without owning it does not count.
    assert team.service.post("/organizations", {"name": "More"}, token=team.viewer.token).status == 201


def test_what_is_recorded(team: Team) -> None:
    team.change(team.admin, team.editor, "viewer")
    (record,) = team.records("member.role_changed")
    details = {"member_id": team.editor.member_id, "account_id": team.editor.account_id}
    assert record["details"] == details | {"role": {"from": "editor", "to": "viewer"}}
    assert record["actor"] == {"type": "account", "id": team.admin.account_id}
    assert record["organization_ids"] == [team.id]
    team.remove(team.admin, team.editor)
    team.remove(team.viewer, team.viewer)
    team.remove(team.admin, team.owner)
    (removed,), (gone,) = team.records("member.removed"), team.records("member.left")
    assert removed["details"] == details | {"role": "viewer"}
    assert (gone["details"]["member_id"], gone["actor"]["id"]) == (
        team.viewer.member_id,
        team.viewer.account_id,
    )
