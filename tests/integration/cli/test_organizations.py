"""`tenantry list`, `show`, `suspend` and `reactivate`."""

import json
import os
import pwd
from typing import Any

import pytest

from cli import organization_commands
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.owners import email_of

USER = pwd.getpwuid(os.getuid()).pw_name


def slugs(*arguments: str) -> list[str]:
    return [each["slug"] for each in tenantry_json("list", *arguments)["organizations"]]


def done(command: str, organization: str) -> dict[str, Any]:
    """Return what a command prints that also logs what it has done."""
    content: dict[str, Any] = json.loads(tenantry(command, organization, "--json").stdout)
    return content


def actors(databases: Databases, action: str) -> list[str]:
    return [record["actor"]["id"] for record in databases.master["audit"].find({"action": action})]


def test_all_pages_are_listed_in_the_order_that_is_asked_for(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organization_commands, "PAGE", 2)
    for name in ("Beta", "Gamma", "Alpha", "Álpen"):
        library.create(name)
    assert slugs() == ["alpen", "alpha", "gamma", "beta"]
    assert slugs("--sort", "slug") == ["alpen", "alpha", "beta", "gamma"]
    assert slugs("--name", "ALP") == ["alpen", "alpha"]
    assert slugs("--slug", "alp", "--created-before", "2020-01-01") == []
    assert slugs("--plan", "default", "--kind", "pooled") == []
    assert "gamma" in tenantry("list").stdout


def test_mistakes_are_told(databases: Databases) -> None:
    for arguments in (
        ["--created-since", "yesterday"],
        ["--state", "gone"],
        ["--owner", "a@b.example", "--suspended"],
    ):
        assert tenantry("list", *arguments).exit_code == 2
    unknown = tenantry("show", "nobody")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert tenantry("suspend", "nobody").exit_code == 1
    assert tenantry("list", "--name", "\u0301").exit_code == 1


def test_suspension_is_recorded_as_the_doing_of_whoever_runs_the_command(databases: Databases) -> None:
    library.create("Google")
    library.create("Apple")
    assert done("suspend", "google")["suspended_at"] is not None
    assert slugs("--suspended") == ["google"]
    assert slugs("--not-suspended") == ["apple"]
    assert done("reactivate", "google")["suspended_at"] is None
    assert "Suspended google" in tenantry("suspend", "google").stdout
    assert actors(databases, "organization.suspended") == [f"tenantry:{USER}"] * 2
    assert actors(databases, "organization.reactivated") == [f"tenantry:{USER}"]


def test_addresses_are_shown_on_demand_and_recorded(databases: Databases) -> None:
    member = library.create("Google")
    shown = tenantry("show", "google", "--json").stdout + tenantry("list", "--json").stdout
    assert member.account_id in shown
    assert email_of("Google") not in shown
    assert actors(databases, "owner_addresses.read") == []
    (owner,) = tenantry_json("show", "google", "--addresses")["addresses"]
    assert (owner["email"], owner["account_id"]) == (email_of("Google"), member.account_id)
    assert slugs("--owner", email_of("Google").upper()) == ["google"]
    assert slugs("--owner", "nobody@example.com") == []
    assert actors(databases, "owner_addresses.read") == [f"tenantry:{USER}"] * 3
    assert email_of("Google") not in str(list(databases.master["audit"].find()))
