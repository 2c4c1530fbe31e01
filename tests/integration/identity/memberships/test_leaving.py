"""Who is removed, or leaves, is out with the next request; the account stays."""

import pytest
from pymongo.client_session import ClientSession

from tenantry.errors import AlreadyMember, InvalidToken, LimitReached, OrganizationNotFound
from tenantry.identity import members
from tenantry.identity.memberships import joining, leaving, locking
from tenantry.lifecycle import deleting
from tenantry.runtime import mongodb
from tests.integration.identity.memberships.conftest import Team
from tests.support import library
from tests.support.colleagues import join
from tests.support.databases import Databases
from tests.support.owners import log_in, tokens
from tests.support.recorder import recording


def test_tokens_of_who_is_removed_are_dead(team: Team) -> None:
    given = tokens(team.service, team.editor.email, team.id)
    assert team.service.get(team.organization, token=given["access_token"]).status == 200
    assert team.remove(team.admin, team.editor).status == 204
    for token in (given["access_token"], team.editor.token):
        answer = team.service.get(team.organization, token=token)
        assert (answer.status, answer.code) == (401, "invalid-token")
    assert team.service.post("/login/refresh", {"refresh_token": given["refresh_token"]}).status == 401
    sessions = team.databases.master["sessions"]
    assert sessions.count_documents({"account_id": team.editor.account_id}) == 0
    team.databases.check_invariants()


def test_repeated_removal_finds_nobody(team: Team) -> None:
    assert team.remove(team.admin, team.editor).status == 204
    answer = team.remove(team.admin, team.editor)
    assert (answer.status, answer.code) == (404, "member-not-found")
    assert len(team.records("member.removed")) == 1


@pytest.mark.parametrize("name", ["second_owner", "admin", "editor", "viewer"])
def test_members_of_any_role_leave(team: Team, name: str) -> None:
    member = getattr(team, name)
    assert team.remove(member, member).status == 204
    assert team.service.get(team.organization, token=member.token).status == 401
    given = tokens(team.service, member.email)
    assert given["organization"] is None
    account = team.databases.master["accounts"].find_one({"_id": member.account_id})
    assert account is not None
    assert "without_organization_since" in account
    team.databases.check_invariants()


def test_sessions_in_other_organizations_stay(team: Team) -> None:
    assert team.service.post("/organizations", {"name": "Own"}, token=team.editor.token).status == 201
    own = log_in(team.service, team.editor.email, "own")
    assert team.remove(team.admin, team.editor).status == 204
    assert team.service.get("/organizations/own", token=own).status == 200
    (organization,) = team.service.get("/account", token=own).json["organizations"]
    assert (organization["slug"], organization["role"]) == ("own", "owner")
    account = team.databases.master["accounts"].find_one({"_id": team.editor.account_id})
    assert account is not None
    assert "without_organization_since" not in account


def test_member_logs_in_to_the_organization_with_its_role(team: Team) -> None:
    (organization,) = team.service.get("/account", token=team.editor.token).json["organizations"]
    assert (organization["slug"], organization["role"]) == ("alpha", "editor")


def test_names_are_held_for_former_owners_alone(team: Team) -> None:
    assert team.service.delete(team.organization, token=team.owner.token).status == 204
    (hold,) = team.databases.master["name_holds"].find()
    assert sorted(hold["account_ids"]) == sorted([team.owner.account_id, team.second_owner.account_id])
    team.databases.check_invariants()
    for member, status in ((team.admin, 409), (team.second_owner, 201)):
        token = log_in(team.service, member.email)
        assert team.service.post("/organizations", {"name": "Alpha"}, token=token).status == status


def test_end_of_an_organization_takes_as_many_commands_however_many_members_it_has(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []
    for name, count in (("Small", 1), ("Large", 30)):
        member = library.create(name)
        for _ in range(count):
            join(member.organization_id, "viewer")
        with recording(monkeypatch) as recorder:
            deleting.delete(member)
        numbers.append(len(recorder.commands))
    assert numbers[0] == numbers[1]
    assert databases.master["members"].count_documents({}) == 0
    databases.check_invariants()


@mongodb.in_transaction
def leave_all(session: ClientSession, account_id: str) -> list[str]:
    locking.lock_accounts([account_id], session)
    return leaving.leave_all(account_id, session)


def test_leaving_all_tells_which_organizations_are_without_an_owner(databases: Databases) -> None:
    first = library.create("First")
    second = library.create_second("Second", first)
    third = library.create("Third")
    add = mongodb.run_transaction
    add(lambda session: joining.add(third.organization_id, first.account_id, "admin", session))
    add(lambda session: joining.add(second.organization_id, third.account_id, "owner", session))
    assert leave_all(first.account_id) == [first.organization_id]
    left = members.members().find({"account_id": first.account_id})
    assert list(left) == []


def test_joining_is_refused_with_a_reason(team: Team) -> None:
    outsider = library.create("Beta")

    def add(organization_id: str, account_id: str) -> None:
        mongodb.run_transaction(lambda session: joining.add(organization_id, account_id, "viewer", session))

    before = team.roles()
    with pytest.raises(AlreadyMember):
        add(team.id, team.editor.account_id)
    with pytest.raises(InvalidToken):
        add(team.id, "acct_nobody")
    with pytest.raises(OrganizationNotFound):
        add("org_nowhere", outsider.account_id)
    library.limit(team.id, members=5)
    with pytest.raises(LimitReached) as refusal:
        add(team.id, outsider.account_id)
    assert refusal.value.extensions == {"name": "members", "limit": 5, "use": 5}
    assert team.roles() == before
    library.limit(team.id, members=6)
    add(team.id, outsider.account_id)
    assert len(team.roles()) == 6
    team.databases.check_invariants()
