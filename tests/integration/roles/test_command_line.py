"""`tenantry setup-database`, and the other commands as the user that they should be."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bson import Timestamp

from cli.roles import ROLES
from tenantry.identity.api_keys import managing
from tenantry.identity.api_keys.managing import NewKey
from tenantry.lifecycle import deleting
from tenantry.registry.schema import INDEXES
from tenantry.runtime.settings import settings
from tests.integration.roles.users import Users
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document
from tests.support.intents import intend_deletion, intend_rename
from tests.support.owners import log_in, sign_up
from tests.support.rotation import SigningKeySecret
from tests.support.service import Service

EMAIL = "owner@google.example"

Command = Callable[..., dict[str, Any]]


@pytest.fixture
def run(users: Users) -> Command:
    """Run a command as the user that it should be."""

    def run(*arguments: str | Path) -> dict[str, Any]:
        with users.acting("command_line"):
            result = tenantry(*arguments, "--json")
        assert result.exit_code == 0, result.output
        content: dict[str, Any] = json.loads(result.stdout)
        return content

    return run


def roles_of(databases: Databases) -> dict[str, Document]:
    roles = databases.client.admin.command({"rolesInfo": 1, "showPrivileges": True})["roles"]
    return {role["role"]: role for role in roles}


def test_setting_up_again_changes_nothing(users: Users, databases: Databases) -> None:
    before = roles_of(databases)
    assert set(before) == {f"{databases.master.name}_{role.kind}" for role in ROLES}
    assert tenantry_json("setup-database")["roles"] == list(users.names.values())
    assert roles_of(databases) == before


def test_setting_up_without_roles_leaves_them_as_they_are(users: Users, databases: Databases) -> None:
    databases.client.admin.command("updateRole", users.names["data"], privileges=[])
    before = roles_of(databases)
    assert tenantry_json("setup-database", "--no-roles")["roles"] == []
    assert roles_of(databases) == before
    tenantry_json("setup-database")


def test_setting_up_again_takes_back_what_a_role_should_not_have(users: Users, databases: Databases) -> None:
    before = roles_of(databases)
    name = users.names["public"]
    databases.client.admin.command("grantRolesToRole", name, roles=["root"])
    databases.client.admin.command("updateRole", users.names["data"], privileges=[])
    assert roles_of(databases) != before
    tenantry_json("setup-database")
    assert roles_of(databases) == before


def test_setting_up_makes_a_database_of_before_the_view_accept_logins(
    users: Users, service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Alpha")
    databases.master["account_epochs"].drop()
    databases.master["sessions"].drop_indexes()
    assert service.get(owner.path, token=owner.token).status == 401
    with library.fresh_process():
        tenantry_json("setup-database")
    assert service.get(owner.path, token=owner.token).status == 200
    assert log_in(service, owner.email)
    assert set(databases.master["sessions"].index_information()) == {
        "_id_",
        "family_hash",
        "organization",
        "account_expires_at",
        "expires_at",
    }


def test_revoking_a_key_is_for_the_user_of_rotation(
    users: Users, service: Service, signing_key: SigningKeySecret
) -> None:
    key_id = signing_key.key_id
    signing_key.rotate()
    with users.acting("data"):
        refused = tenantry("revoke-key", key_id)
    assert (refused.exit_code, "not authorized" in refused.stderr) == (2, True)
    with users.acting("rotation"):
        assert tenantry_json("revoke-key", key_id) == {"revoked": key_id}


def test_setting_up_is_not_for_the_functions(users: Users) -> None:
    result = tenantry("setup-database", "--mongodb-uri", users.uri("data"))
    assert result.exit_code == 2
    assert "not authorized" in result.stderr
    assert "tenantry atlas-roles" in result.stderr


def test_wrong_password_is_not_shown(users: Users) -> None:
    wrong = users.uri("data").replace("same", "hush-hush")
    result = tenantry("setup-database", "--mongodb-uri", wrong)
    assert result.exit_code == 2
    assert "hush-hush" not in result.stderr


def test_verify_and_reconcile(databases: Databases, run: Command) -> None:
    alpha, beta = (library.create(name).organization_id for name in ("Alpha", "Beta"))
    library.create("Gamma")
    assert run("verify")["violations"] == []
    intend_rename(alpha, "Delta")
    intend_deletion(beta)
    databases.tenants.create_collection("restoring_nothing")
    done = run("reconcile")
    assert (sorted(done["settled"]), done["dropped"]) == (sorted([alpha, beta]), ["restoring_nothing"])
    assert run("verify")["violations"] == []


@pytest.mark.usefixtures("grace")
def test_commands_of_the_operator(
    databases: Databases, run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMER_SLUG_DAYS", "30")
    settings.cache_clear()
    google = library.create("Google", EMAIL)
    for command in ("list", "deletions", "plan list", "receipts list", "usage", "watch --once"):
        run(*command.split())
    assert [found["slug"] for found in run("list", "--owner", EMAIL)["organizations"]] == ["google"]
    run("plan", "set", "pro", "--limit", "members=5")
    run("set", "google", "--plan", "pro", "--property", "region=eu")
    run("suspend", "google")
    run("reactivate", "google")
    key_id = managing.create(google, NewKey("leaked", ["indexes"])).key["_id"]
    assert [key["id"] for key in run("api-key", "list", "google")["keys"]] == [key_id]
    run("api-key", "revoke", key_id)
    assert run("show", "google", "--addresses")["addresses"][0]["email"] == EMAIL
    library.rename(library.membership(google.account_id, google.organization_id), "Alphabet")
    run("release-slug", "google")
    rollout = tmp_path / "rollout.json"
    rollout.write_text(
        json.dumps({"name": "by-date", "indexes": [{"name": "at", "keys": [{"field": "at"}]}]})
    )
    for step in ("plan", "apply", "status", "undo"):
        run("rollout", step, rollout)
    run("cluster", "add", "main", "--pools", "1")
    run("move", "alphabet", "--to", "main/pooled")
    for end in ("undo", "purge"):
        deleting.delete(library.membership(google.account_id, google.organization_id))
        run(end, google.organization_id)
    assert run("reconcile")["erased"] == [google.organization_id]
    databases.check_invariants()


def test_doctor_may_look_at_everything_and_compares_privileges(
    users: Users, signing_key: SigningKeySecret
) -> None:
    with users.acting("command_line"):
        findings = tenantry_json("doctor")["findings"]
    assert [finding for finding in findings if "may not look" in finding["found"]] == []
    (privileges,) = [finding for finding in findings if finding["check"] == "privileges main"]
    assert (privileges["level"], "and no others" in privileges["found"]) == ("ok", True)
    with users.acting("audit"):
        findings = json.loads(tenantry("doctor", "--json").stdout)["findings"]
        levels = {finding["level"] for finding in findings if finding["check"] == "privileges main"}
        assert levels == {"failed", "warning"}
        of_audit = json.loads(tenantry("doctor", "--json", "--role", "audit").stdout)["findings"]
    assert {"level": "ok"}.items() <= of_audit[1].items()


def test_backup_and_restore(users: Users, databases: Databases, run: Command, tmp_path: Path) -> None:
    library.create("Google", EMAIL)
    collection = databases.tenants["org_google"]
    collection.insert_many([{"_id": 1}, {"_id": 2}])
    collection.update_one({"_id": 2}, [{"$set": {"empty": Timestamp(0, 0)}}])
    collection.create_index("kind")
    before = databases.dump()[collection.full_name]
    run("backup", "google", "-o", tmp_path / "google.archive")
    with users.acting("command_line"):
        refused = tenantry("restore", tmp_path / "google.archive", "--name", "Copy", "--owner", EMAIL)
    assert (refused.exit_code, "no login recorded" in refused.stderr) == (1, True), refused.stderr
    databases.drop()
    restored = run("restore", tmp_path / "google.archive")
    assert (restored["slug"], restored["documents"]) == ("google", 2)
    assert databases.dump()[collection.full_name] | {"uuid": None} == before | {"uuid": None}
    databases.check_invariants()


def test_atlas_gets_the_same_roles() -> None:
    result = tenantry("atlas-roles", "--master-database", "master", "--tenant-database", "tenants")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[:3] for line in lines] == [["atlas", "customDbRoles", "create"]] * len(ROLES)
    privileges = {name: set(listed.split(",")) for *_, name, _, listed in lines}
    assert privileges["master_public"] == {
        "FIND@master.issuer",
        "FIND@master.signing_keys",
        "LIST_COLLECTIONS@master",
        *(f"LIST_INDEXES@master.{name}" for name in INDEXES),
    }
    assert "RENAME_COLLECTION_SAME_DB@tenants" in privileges["master_data"]
    assert {privilege for privilege in privileges["master_command_line"] if "@" not in privilege} == {
        "GET_PARAMETER",
        "REPLSET_GET_CONFIG",
        "SERVER_STATUS",
    }
    for listed in privileges.values():
        assert [
            privilege
            for privilege in listed
            if not re.fullmatch(r"[A-Z_]+@(master(\.[a-z_]+)?|tenants)|[A-Z_]+", privilege)
        ] == []
