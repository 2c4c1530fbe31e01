"""Who the members are, as members of any role see it."""

from typing import Any

import pytest

from tenantry.http.members.answers import Member, MemberPage
from tenantry.identity.accounts import accounts
from tenantry.identity.memberships import listing
from tests.integration.identity.memberships.conftest import Team
from tests.support.overtaking import once_before
from tests.support.owners import sign_up
from tests.support.service import OMITTED


def listed(team: Team, query: str = "", token: str = "") -> Any:
    answer = team.service.get(f"{team.organization}/members{query}", token=token or team.viewer.token)
    assert answer.status == 200, answer.text
    MemberPage.model_validate(answer.json, strict=True)
    return answer.json


def test_every_member_sees_all_members_with_their_roles_and_addresses(team: Team) -> None:
    everybody = [team.owner, team.second_owner, team.admin, team.editor, team.viewer]
    for viewer in everybody:
        shown = listed(team, token=viewer.token)
        assert shown["next_cursor"] is None
        assert [(member["id"], member["account_id"], member["role"]) for member in shown["members"]] == [
            (member.member_id, member.account_id, member.role) for member in everybody
        ]
        assert [member["email"] for member in shown["members"]] == [member.email for member in everybody]


def test_pages_show_each_member_once(team: Team) -> None:
    shown: list[str] = []
    cursor = ""
    while True:
        page = listed(team, f"?limit=2{cursor}")
        shown += [member["id"] for member in page["members"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert shown == [member["id"] for member in listed(team)["members"]]
    assert len(shown) == len(set(shown)) == 5


def test_page_of_another_organization_goes_on_nowhere(team: Team) -> None:
    cursor = listed(team, "?limit=2")["next_cursor"]
    stranger = sign_up(team.service, "Beta")
    answer = team.service.get(f"{stranger.path}/members?cursor={cursor}", token=stranger.token)
    assert (answer.status, answer.code) == (422, "invalid-fields")


@pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?limit=x", "?cursor=x", "?role=owner"])
def test_query_that_means_nothing_is_refused(team: Team, query: str) -> None:
    answer = team.service.get(f"{team.organization}/members{query}", token=team.viewer.token)
    assert (answer.status, answer.code) == (422, "invalid-fields")


def test_founder_of_before_has_joined_with_the_organization(team: Team) -> None:
    members = team.databases.master["members"]
    members.update_one({"_id": team.owner.member_id}, {"$unset": {"joined_at": ""}})
    first = listed(team)["members"][0]
    organization = team.service.get(team.organization, token=team.owner.token).json
    assert (first["id"], first["joined_at"]) == (team.owner.member_id, organization["created_at"])
    assert listed(team, "?limit=1")["members"] == [first]


def test_member_is_read_with_its_tag(team: Team) -> None:
    answer = team.service.get(team.path(team.admin), token=team.viewer.token)
    Member.model_validate(answer.json, strict=True)
    assert answer.json in listed(team)["members"]
    tag = answer.headers["etag"]
    again = team.service.get(team.path(team.admin), token=team.viewer.token, headers={"If-None-Match": tag})
    assert again.status == 304
    accounts().update_one({"_id": team.admin.account_id}, {"$set": {"address": team.admin.email.upper()}})
    changed = team.service.get(team.path(team.admin), token=team.viewer.token)
    assert changed.headers["etag"] != tag


def test_members_of_other_organizations_are_none(team: Team) -> None:
    stranger = sign_up(team.service, "Beta")
    own = team.databases.master["members"].find_one({"organization_id": stranger.id})
    assert own is not None
    for member_id in (own["_id"], "mem_nobody", own["account_id"], "*", "%00", "x" * 5000, "$ne"):
        path = f"{team.organization}/members/{member_id}"
        for method, body in (("GET", OMITTED), ("PATCH", {"role": "viewer"}), ("DELETE", OMITTED)):
            answer = team.service.request(method, path, json_body=body, token=team.owner.token)
            assert (answer.status, answer.code) == (404, "member-not-found"), member_id
    assert team.databases.master["members"].find_one({"_id": own["_id"]}) == own


def test_member_whose_account_is_gone_at_that_moment_is_not_shown(team: Team) -> None:
    accounts().delete_one({"_id": team.editor.account_id})
    assert len(listed(team)["members"]) == 4
    assert team.service.get(team.path(team.editor), token=team.viewer.token).status == 404


def test_members_of_an_organization_that_is_deleted_at_that_moment_are_none(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete() -> None:
        assert team.service.delete(team.organization, token=team.owner.token).status == 204

    once_before(monkeypatch, listing, "find_page", delete)
    answer = team.service.get(f"{team.organization}/members", token=team.viewer.token)
    assert (answer.status, answer.code) == (404, "organization-not-found")
