"""A backup carries all members with their roles, and a restore lets those join who are what they were."""

from pathlib import Path

import pytest

from cli.backups import collections
from tenantry.identity import accounts, members
from tenantry.identity.addresses import email_holds
from tenantry.identity.members import Membership
from tenantry.identity.roles import Role
from tenantry.lifecycle import deleting
from tenantry.runtime import mongodb
from tests.integration.cli.refusal import refused, refused_as
from tests.support import library
from tests.support.colleagues import Colleague, join
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.forged_archive import ForgedArchive

ROLES: tuple[Role, ...] = ("owner", "admin", "editor", "viewer")


@pytest.fixture
def colleagues(google: Membership) -> dict[str, Colleague]:
    """One more member of each role."""
    return {role: join(google.organization_id, role) for role in ROLES}


@pytest.fixture
def path(google: Membership, colleagues: dict[str, Colleague], tmp_path: Path) -> Path:
    tenantry_json("backup", "google", "-o", tmp_path / "google.archive")
    return tmp_path / "google.archive"


def roles_in(databases: Databases, organization_id: str) -> dict[str, str]:
    stored = databases.master["members"].find({"organization_id": organization_id})
    return {member["account_id"]: member["role"] for member in stored}


def end_accounts(databases: Databases) -> None:
    """Lose all accounts, which are without an organization."""
    databases.master["accounts"].delete_many({})


def test_members_who_still_exist_join_with_their_roles(
    databases: Databases, google: Membership, path: Path
) -> None:
    before = roles_in(databases, google.organization_id)
    made = tenantry_json("restore", path, "--name", "Copy")
    assert roles_in(databases, made["organization_id"]) == before
    assert (len(before), made["members"], made["left_out"]) == (5, 5, [])
    assert len(made["owners"]) == 2
    databases.check_invariants()
    assert tenantry_json("verify")["violations"] == []


def test_members_who_are_gone_are_made_again(
    databases: Databases, google: Membership, path: Path, colleagues: dict[str, Colleague]
) -> None:
    before = roles_in(databases, google.organization_id)
    stored = {account["_id"]: account for account in databases.master["accounts"].find()}
    deleting.delete(google)
    end_accounts(databases)
    made = tenantry_json("restore", path)
    assert roles_in(databases, made["organization_id"]) == before
    for account in databases.master["accounts"].find():
        was = stored[account["_id"]]
        assert (account["email"], account["password_hash"]) == (was["email"], was["password_hash"])
        assert account["auth_epoch"] == was["auth_epoch"] + 1
        assert not accounts.is_verified(account)  # type: ignore[arg-type]
    databases.check_invariants()


def test_member_who_is_not_what_it_was_is_left_out(
    databases: Databases, google: Membership, path: Path, colleagues: dict[str, Colleague]
) -> None:
    editor, viewer = colleagues["editor"], colleagues["viewer"]
    databases.master["accounts"].update_one(
        {"_id": editor.account_id}, {"$set": {"email": "else@example.com"}}
    )
    databases.master["members"].delete_one({"_id": viewer.member_id})
    databases.master["accounts"].delete_one({"_id": viewer.account_id})
    stranger = library.create("Mallory", viewer.email)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 0
    assert "3 members" in result.stdout
    assert sorted(result.stderr.splitlines()) == sorted(
        f"{member.account_id} ({member.email}) is no member, for it has changed; an owner may invite it"
        for member in (editor, viewer)
    )
    (copy,) = databases.master["organizations"].find({"slug": "copy"})
    joined = roles_in(databases, copy["_id"])
    assert len(joined) == 3
    assert not joined.keys() & {editor.account_id, viewer.account_id, stranger.account_id}
    databases.check_invariants()


@pytest.mark.parametrize("is_held_before", [True, False])
def test_address_that_is_held_for_another_account_is_no_members(
    databases: Databases,
    path: Path,
    colleagues: dict[str, Colleague],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_held_before: bool,
) -> None:
    viewer = colleagues["viewer"]
    databases.master["members"].delete_one({"_id": viewer.member_id})
    databases.master["accounts"].delete_one({"_id": viewer.account_id})
    holder = library.create("Other").account_id
    create_indexes = collections.create_indexes

    def hold() -> None:
        mongodb.run_transaction(lambda session: email_holds.hold(viewer.email, holder, 0, session))

    def lose_race(*arguments: object) -> None:
        hold()
        create_indexes(*arguments)  # type: ignore[arg-type]

    if is_held_before:
        hold()
    else:
        monkeypatch.setattr(collections, "create_indexes", lose_race)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == (0 if is_held_before else 1)
    assert (f"{viewer.account_id} ({viewer.email}) is no member" in result.stderr) == is_held_before
    assert ("try again" in result.stderr) != is_held_before
    assert accounts.find(viewer.account_id) is None
    databases.check_invariants()


def test_named_owner_is_the_only_member(databases: Databases, path: Path, tmp_path: Path) -> None:
    stranger = library.create("Other")
    tenantry_json("backup", "google", "-o", tmp_path / "later.archive")
    made = tenantry_json(
        "restore", tmp_path / "later.archive", "--name", "Copy", "--owner", stranger.account_id
    )
    assert roles_in(databases, made["organization_id"]) == {stranger.account_id: "owner"}
    assert made["members"] == 1


def test_backup_without_an_owner_is_refused(databases: Databases, path: Path, tmp_path: Path) -> None:
    archive = ForgedArchive.read(path.read_bytes())
    for number in range(5):
        archive.change("members", number, role="editor")
    message = refused_as(databases, archive, tmp_path / "forged.archive")
    assert message == "The backup holds no owner; name one with --owner ACCOUNT_ID"


@pytest.mark.parametrize("is_gone", [False, True])
def test_member_who_changes_while_the_documents_are_loaded(
    databases: Databases,
    path: Path,
    colleagues: dict[str, Colleague],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_gone: bool,
) -> None:
    viewer = colleagues["viewer"]
    create_indexes = collections.create_indexes

    def remove() -> None:
        databases.master["members"].delete_one({"_id": viewer.member_id})
        databases.master["accounts"].delete_one({"_id": viewer.account_id})

    def lose_race(*arguments: object) -> None:
        create_indexes(*arguments)  # type: ignore[arg-type]
        if is_gone:
            library.create("Mallory", viewer.email)
        else:
            remove()

    if is_gone:
        remove()
    monkeypatch.setattr(collections, "create_indexes", lose_race)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert result.stderr == "A member's account or address has changed a moment ago; try again\n"
    databases.check_invariants()


def test_as_many_members_as_there_may_be_are_restored(
    databases: Databases, google: Membership, tmp_path: Path
) -> None:
    number = members.MAX_MEMBERS - 1
    people = [accounts.create_document(f"{count}@example.com", hash_of(google)) for count in range(number)]
    mongodb.collection("accounts").insert_many(people)
    mongodb.collection("members").insert_many(
        members.create_document(google.organization_id, account["_id"], "viewer") for account in people
    )
    tenantry_json("backup", "google", "-o", tmp_path / "large.archive")
    made = tenantry_json("restore", tmp_path / "large.archive", "--name", "Copy")
    assert made["members"] == members.MAX_MEMBERS
    deleting.delete(google)
    deleting.delete(library.membership(google.account_id, made["organization_id"]))
    end_accounts(databases)
    again = tenantry_json("restore", tmp_path / "large.archive")
    assert again["members"] == members.MAX_MEMBERS
    databases.check_invariants()


def hash_of(member: Membership) -> str:
    account = accounts.find(member.account_id)
    assert account is not None
    return account["password_hash"]


def test_owner_who_is_not_what_it_was_is_refused_and_nobody_joins(
    databases: Databases, path: Path, colleagues: dict[str, Colleague]
) -> None:
    databases.master["accounts"].update_one(
        {"_id": colleagues["owner"].account_id}, {"$set": {"email": "else@example.com"}}
    )
    assert "is not what it was" in refused(databases, path, "--name", "Copy")
