"""An organization whose members have all roles."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tenantry.http import callers
from tenantry.identity.roles import Role
from tests.support.colleagues import Colleague, join, join_and_log_in
from tests.support.databases import Databases, Document
from tests.support.owners import Owner
from tests.support.service import Answer, Service


@dataclass(frozen=True)
class Team:
    """The organization of an owner, with one member of each other role, and a second owner.

    Parameters
    ----------
    service
        The API.
    databases
        Its databases.
    owner, second_owner, admin, editor, viewer
        Its members, all of whom are logged in.
    organization
        Its path.
    """

    service: Service
    databases: Databases
    organization: str
    owner: Colleague
    second_owner: Colleague
    admin: Colleague
    editor: Colleague
    viewer: Colleague

    @property
    def id(self) -> str:
        return self.organization.removeprefix("/organizations/")

    def path(self, member: Colleague) -> str:
        return f"{self.organization}/members/{member.member_id}"

    def change(self, by: Colleague, member: Colleague, role: Any, **headers: str) -> Answer:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.service.patch(self.path(member), {"role": role}, token=by.token, headers=fields)

    def remove(self, by: Colleague, member: Colleague, **headers: str) -> Answer:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.service.delete(self.path(member), token=by.token, headers=fields)

    def stored(self, member: Colleague) -> Document | None:
        return self.databases.master["members"].find_one({"_id": member.member_id})

    def role_of(self, member: Colleague) -> str | None:
        stored = self.stored(member)
        return stored["role"] if stored else None

    def roles(self) -> list[str]:
        stored = self.databases.master["members"].find({"organization_id": self.id})
        return sorted(member["role"] for member in stored)

    def add(self, role: Role) -> Colleague:
        """Let one more join, who is not logged in."""
        return join(self.id, role)

    def records(self, action: str) -> list[Document]:
        return list(self.databases.master["audit"].find({"action": action}).sort("at", 1))


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """No login is a recent one."""
    monkeypatch.setattr(callers, "RECENT", timedelta(minutes=-1))


@pytest.fixture
def team(owner: Owner, databases: Databases) -> Team:
    member = databases.master["members"].find_one({"organization_id": owner.id})
    assert member is not None
    founder = Colleague(member["_id"], member["account_id"], owner.email, "owner", owner.token)
    roles: tuple[Role, ...] = ("owner", "admin", "editor", "viewer")
    joined = [join_and_log_in(owner.service, owner.id, role) for role in roles]
    return Team(owner.service, databases, owner.path, founder, *joined)
