"""Who owns a restored organization: told by the account's id, never by its e-mail address alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.backups import collections
from tenantry import accounts, lifecycle
from tenantry.accounts import Membership
from tests.integration.cli.refusal import refused
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases

EMAIL = "owner@google.example"
OTHER = "somebody.else@example.org"


def test_owner_who_still_exists_owns_again(databases: Databases, google: Membership, path: Path) -> None:
    library.create_second("Beta", google)
    lifecycle.delete(google)
    before = accounts.find(google.account_id)
    assert before is not None
    made = tenantry_json("restore", path)
    after = accounts.find(google.account_id)
    assert after is not None
    assert after | {"updated_at": before["updated_at"]} == before
    assert library.membership(google.account_id, made["organization_id"]).role == "owner"
    databases.check_invariants()


def test_owner_who_has_another_address_now_owns_again(
    databases: Databases, google: Membership, path: Path
) -> None:
    library.create_second("Beta", google)
    lifecycle.delete(google)
    databases.master["accounts"].update_one({"_id": google.account_id}, {"$set": {"email": OTHER}})
    assert tenantry_json("restore", path)["owners"] == [OTHER]
    databases.check_invariants()


def test_address_that_somebody_else_has_by_now(databases: Databases, google: Membership, path: Path) -> None:
    library.delete_with_account(google)
    other = library.create("Mallory", EMAIL)
    assert refused(databases, path) == (
        f"The owner's account is gone, and {EMAIL} belongs to another account by now; "
        "if that is the owner, name it with --owner EMAIL"
    )
    made = tenantry_json("restore", path, "--owner", EMAIL.upper())
    assert made["owners"] == [EMAIL]
    assert library.membership(other.account_id, made["organization_id"]).role == "owner"
    databases.check_invariants()


def test_named_owner_is_the_only_one(databases: Databases, google: Membership, path: Path) -> None:
    other = library.create("Other", OTHER)
    made = tenantry_json("restore", path, "--name", "Copy", "--owner", OTHER)
    members = databases.master["members"].find({"organization_id": made["organization_id"]})
    assert [member["account_id"] for member in members] == [other.account_id]
    databases.check_invariants()


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("nobody@example.org", "There is no account of nobody@example.org; let them sign up first"),
        ("nobody", "nobody is not a valid e-mail address"),
    ],
)
def test_owner_who_does_not_exist(databases: Databases, path: Path, email: str, message: str) -> None:
    assert refused(databases, path, "--name", "Copy", "--owner", email).startswith(message)


def delete_owner(google: Membership) -> None:
    library.delete_with_account(google)


def take_address(google: Membership) -> None:
    library.create("Mallory", EMAIL)


@pytest.mark.parametrize(
    ("prepare", "interfere", "message"),
    [
        (lambda _: None, delete_owner, f"The account of {EMAIL} was deleted a moment ago; try again\n"),
        (delete_owner, take_address, "The owner's account is gone, and"),
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
    assert message in result.stderr
    databases.check_invariants()
