"""What the tests do with the slugs of an organization."""

import json
from typing import Any

import pytest

from tenantry.errors import OrganizationExists
from tenantry.identity.members import Membership
from tenantry.registry.organizations import finding
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases


def slugs_of(member: Membership) -> tuple[str, list[str]]:
    stored = finding.find(member.organization_id)
    assert stored is not None
    return stored["slug"], [former["slug"] for former in stored.get("former_slugs", [])]


def rename(member: Membership, *names: str) -> None:
    for name in names:
        current = finding.find(member.organization_id)
        assert current is not None
        library.rename(member._replace(organization=current), name)


def let_pass(databases: Databases, days: int) -> None:
    milliseconds = days * 86_400_000
    databases.master["name_holds"].update_many(
        {}, [{"$set": {"held_until": {"$subtract": ["$held_until", milliseconds]}}}]
    )
    earlier = {"$subtract": ["$$former.until", milliseconds]}
    moved = {
        "$map": {
            "input": "$former_slugs",
            "as": "former",
            "in": {"$mergeObjects": ["$$former", {"until": earlier}]},
        }
    }
    databases.master["organizations"].update_many(
        {"former_slugs": {"$exists": True}}, [{"$set": {"former_slugs": moved}}]
    )


def violations() -> list[Any]:
    violations: list[Any] = json.loads(tenantry("verify", "--json").stdout)["violations"]
    return violations


def check_taken(name: str) -> None:
    with pytest.raises(OrganizationExists):
        library.create(name, "stranger@example.com")
