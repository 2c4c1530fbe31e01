"""Who owns a restored organization: told by the account's id, never by its e-mail address alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.backups import candidates, collections
from tenantry.audit import recording
from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.runtime import moments, mongodb
from tests.integration.cli.refusal import refused
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, failing
from tests.support.forged_archive import ForgedArchive

EMAIL = "owner@google.example"
STRANGERS_EMAIL = "somebody.else@example.org"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def account(account_id: str) -> AccountDocument:
    stored = accounts.find(account_id)
    assert stored is not None
    return stored


def change(databases: Databases, account_id: str, **fields: Any) -> None:
    changed = databases.master["accounts"].update_one({"_id": account_id}, {"$set": fields})
    assert changed.modified_count == 1


def members_of(databases: Databases, made: dict[str, Any]) -> list[str]:
    stored = databases.master["members"].find({"organization_id": made["organization_id"]})
    return [member["account_id"] for member in stored]


def test_owner_who_still_exists_owns_again(databases: Databases, google: Membership, path: Path) -> None:
    library.create_second("Beta", google)
    deleting.delete(google)
    before = account(google.account_id)
    made = tenantry_json("restore", path)
    after = account(google.account_id)
    assert after | {"changes": before["changes"]} == before
    assert made["owners"] == [{"id": google.account_id, "email": EMAIL}]
    assert members_of(databases, made) == [google.account_id]
    databases.check_invariants()


@pytest.mark.parametrize("claimed", [moments.now(), {"$gt": ""}, None])
def test_archive_proves_no_address(
    databases: Databases, google: Membership, path: Path, archive: ForgedArchive, claimed: Any
) -> None:
    library.delete_with_account(google)
    archive.change("accounts", verified_at=claimed)
    path.write_bytes(archive.sealed())
    tenantry_json("restore", path, "--name", "Copy")
    assert not accounts.is_verified(account(google.account_id))
    databases.check_invariants()


def test_owner_who_still_exists_is_as_verified_as_before(
    databases: Databases, google: Membership, path: Path
) -> None:
    now = moments.now()
    change(databases, google.account_id, verified_at=now)
    tenantry_json("restore", path, "--name", "Copy")
    assert account(google.account_id).get("verified_at") == now


@pytest.mark.parametrize(
    "changes",
    [{"email": STRANGERS_EMAIL}, {"created_at": moments.now() - timedelta(days=1)}],
    ids=["address", "age"],
)
def test_account_of_the_same_id_that_is_not_the_same(
    databases: Databases, google: Membership, path: Path, changes: dict[str, Any]
) -> None:
    change(databases, google.account_id, **changes)
    message = refused(databases, path, "--name", "Copy")
    email = account(google.account_id)["email"]
    assert message.startswith(f"The owner's account {google.account_id} ({EMAIL}), created ")
    assert f", is not what it was: account {google.account_id} ({email}), created " in message
    assert message.endswith(f"is the owner's, name it with --owner {google.account_id}")
    made = tenantry_json("restore", path, "--name", "Copy", "--owner", google.account_id)
    assert members_of(databases, made) == [google.account_id]
    databases.check_invariants()


def test_address_that_somebody_else_has_by_now(databases: Databases, google: Membership, path: Path) -> None:
    """Neither the archive's owner nor `--owner` gives the data to whoever has taken the address."""
    library.delete_with_account(google)
    stranger = library.create("Mallory", EMAIL)
    described = (
        rf"account {stranger.account_id} \(owner@google\.example\), created {MOMENT} after the backup of "
        rf"{MOMENT}, no login recorded\. Once you are sure that it is the owner's, name it with --owner "
        rf"{stranger.account_id} --even-though-younger"
    )
    gone = rf"The owner's account {google.account_id} \(owner@google\.example\), created {MOMENT}, is gone, "
    anothers = rf"and its address is another's: {described}"
    assert re.fullmatch(gone + anothers, refused(databases, path))
    named = (
        r"Owners are named by their account's id, for OWNER@GOOGLE\.EXAMPLE may be somebody else's by now: "
    )
    belongs = rf"it belongs to the {described}"
    assert re.fullmatch(named + belongs, refused(databases, path, "--owner", EMAIL.upper()))


def test_account_that_is_younger_than_the_backup(
    databases: Databases, google: Membership, path: Path
) -> None:
    library.delete_with_account(google)
    stranger = library.create("Mallory", EMAIL)
    message = refused(databases, path, "--owner", stranger.account_id)
    assert message.startswith(f"It was nobody's when the backup was made: account {stranger.account_id} ")
    assert message.endswith("If it is the owner's now, add --even-though-younger")
    made = tenantry_json("restore", path, "--owner", stranger.account_id, "--even-though-younger")
    assert made["owners"] == [{"id": stranger.account_id, "email": EMAIL}]
    assert members_of(databases, made) == [stranger.account_id]
    databases.check_invariants()


def test_age_of_a_backup_that_does_not_say_it(databases: Databases) -> None:
    """What counts then is the last change that it holds."""
    archive = Path(__file__).parents[2] / "archives" / "tenantry-1.archive"
    stranger = library.create("Other", STRANGERS_EMAIL)
    assert "after the backup of 2026-11-29T02:20:" in refused(databases, archive, "--owner", STRANGERS_EMAIL)
    refused(databases, archive, "--owner", stranger.account_id)
    tenantry_json("restore", archive, "--owner", stranger.account_id, "--even-though-younger")


def test_named_owner_is_the_only_one(databases: Databases, google: Membership, tmp_path: Path) -> None:
    stranger = library.create("Other", STRANGERS_EMAIL)
    tenantry_json("backup", "google", "-o", tmp_path / "later.archive")
    copy = (tmp_path / "later.archive", "--name", "Copy")
    message = refused(databases, *copy, "--owner", STRANGERS_EMAIL)
    assert " before the backup of " in message
    assert message.endswith(f"name it with --owner {stranger.account_id}")
    made = tenantry_json("restore", *copy, "--owner", stranger.account_id)
    assert members_of(databases, made) == [stranger.account_id]
    databases.check_invariants()


def record_login(member: Membership, organization_ids: list[str]) -> str:
    recording.record_alone("login.succeeded", organization_ids, {"account_id": member.account_id})
    last = mongodb.collection("audit").find_one({"action": "login.succeeded"}, sort=[("at", -1)])
    assert last is not None
    return candidates.moment(last["at"])


@pytest.mark.parametrize(("organization", "is_member"), [("own", True), ("none", False), ("deleted", True)])
def test_last_login_is_told(databases: Databases, path: Path, organization: str, *, is_member: bool) -> None:
    stranger = library.create("Other", STRANGERS_EMAIL)
    organization_ids = {"own": [stranger.organization_id], "none": [], "deleted": ["org_deleted"]}
    at = record_login(stranger, organization_ids[organization])
    if not is_member:
        databases.master["members"].delete_one({"account_id": stranger.account_id})
    assert f", last login {at}. Once" in tenantry("restore", path, "--owner", STRANGERS_EMAIL).stderr


def test_last_login_that_takes_too_long_to_find(databases: Databases, path: Path) -> None:
    library.create("Other", STRANGERS_EMAIL)
    namespace = f"{databases.master.name}.audit"
    with failing(databases.client, "find", errorCode=50, namespace=namespace, appName="tenantry"):
        message = refused(databases, path, "--name", "Copy", "--owner", STRANGERS_EMAIL)
    assert ", last login not known, for there are too many records. Once" in message


@pytest.mark.parametrize(
    ("owner", "message"),
    [
        ("nobody@example.org", "There is no account of nobody@example.org, and owners are named by"),
        ("nobody", "nobody is no account's id, and no e-mail address either"),
        ("", " is no account's id, and no e-mail address either"),
        ("acct_" + "0" * 32, f"There is no account acct_{'0' * 32}; nothing was changed"),
        ("org_" + "0" * 32, f"org_{'0' * 32} is no account's id"),
    ],
)
def test_owner_who_does_not_exist(databases: Databases, path: Path, owner: str, message: str) -> None:
    assert refused(databases, path, "--name", "Copy", "--owner", owner).startswith(message)


def take_address(google: Membership) -> None:
    library.create("Mallory", EMAIL)


@pytest.mark.parametrize(
    ("prepare", "interfere", "message"),
    [
        (
            lambda _: None,
            library.delete_with_account,
            r"The account acct_\w+ \(owner@google.example\) was deleted a moment",
        ),
        (
            library.delete_with_account,
            take_address,
            "The address owner@google.example was taken a moment ago; try again",
        ),
    ],
)
def test_owner_who_changes_while_the_documents_are_loaded(  # noqa: PLR0917
    databases: Databases,
    google: Membership,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Membership], None],
    interfere: Callable[[Membership], None],
    message: str,
) -> None:
    prepare(google)
    create_indexes = collections.create_indexes

    def lose_race(*arguments: Any) -> None:
        create_indexes(*arguments)
        interfere(google)

    monkeypatch.setattr(collections, "create_indexes", lose_race)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert re.search(message, result.stderr), result.stderr
    databases.check_invariants()
