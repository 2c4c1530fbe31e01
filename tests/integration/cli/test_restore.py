"""`tenantry restore` refuses what it cannot do as a whole, before anything changes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.backups import collections, content, restore, staging
from tenantry import accounts, lifecycle
from tenantry.accounts import Membership
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, failing

EMAIL = "owner@google.example"
OTHER = "somebody.else@example.org"


@pytest.fixture
def google(databases: Databases) -> Membership:
    member = library.create("Google")
    databases.tenants["org_google"].insert_many({"_id": n} for n in range(200))
    return member


@pytest.fixture
def path(google: Membership, tmp_path: Path) -> Path:
    """A backup of Google."""
    tenantry_json("backup", "google", "-o", tmp_path / "google.archive")
    return tmp_path / "google.archive"


def refused(databases: Databases, *arguments: str | Path, status: int = 1) -> str:
    """Run a restore that has to be refused without a trace, and return why."""
    before = databases.dump()
    result = tenantry("restore", *arguments)
    assert result.exit_code == status, result.output
    assert result.stderr.count("\n") == 1
    after = databases.dump()
    assert after.pop(f"{databases.master.name}.restorations", {"documents": []})["documents"] == []
    assert after == before | {name: after[name] for name in after if name.startswith("system.")}
    return result.stderr.rstrip("\n")


def test_name_that_is_taken(databases: Databases, path: Path) -> None:
    library.create("Alphabet")
    wanted = "is taken; nothing was changed, choose a name with --name NAME"
    assert refused(databases, path) == f"The slug google {wanted}"
    assert refused(databases, path, "--name", "ALPHABET!") == f"The slug alphabet {wanted}"


@pytest.mark.parametrize("name", ["admin", "...", "x" * 101, "a\0b"])
def test_name_that_cannot_be(databases: Databases, path: Path, name: str) -> None:
    assert refused(databases, path, "--name", name).endswith("; choose another with --name NAME")


def test_collection_of_nobody_under_the_name(databases: Databases, path: Path) -> None:
    databases.tenants["org_copy"].insert_one({"nobody": "owns this"})
    message = refused(databases, path, "--name", "Copy")
    assert message.startswith("A collection org_copy that no organization owns is in the way")


def test_file_that_is_no_backup(databases: Databases, path: Path) -> None:
    for data in (b"", b"hello", path.read_bytes()[4:]):
        path.write_bytes(data)
        assert refused(databases, path).startswith(f"{path} is no backup of Tenantry; nothing was changed")


@pytest.mark.parametrize("damage", range(0, 100, 5))
def test_damaged_backup(databases: Databases, path: Path, damage: int) -> None:
    data = bytearray(path.read_bytes())
    at = len(data) * damage // 100
    for altered in (data[:at], [*data[:at], data[at] ^ 1, *data[at + 1 :]]):
        path.write_bytes(bytes(altered))
        message = refused(databases, path, "--name", "Copy")
        assert message.endswith("; nothing was changed, use another backup")


def test_backup_that_is_damaged_after_it_was_checked(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = content.Source.documents

    def damaged_documents(source: content.Source) -> Any:
        data = path.read_bytes()
        path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
        return documents(source)

    monkeypatch.setattr(content.Source, "documents", damaged_documents)
    assert "is damaged or incomplete" in refused(databases, path, "--name", "Copy")


@pytest.mark.parametrize("command", ["create", "insert", "aggregate", "createIndexes", "listIndexes"])
def test_server_that_refuses(databases: Databases, path: Path, command: str) -> None:
    databases.tenants["org_google"].create_index("a")
    tenantry_json("backup", "google", "-o", path)
    with failing(databases.client, command, errorCode=8000, appName="tenantry-cli"):
        message = refused(databases, path, "--name", "Copy", status=2)
    assert message.startswith("MongoDB cannot be used: ")
    assert message.endswith("; once it can, run `tenantry reconcile`, which ends what the restore has begun")


@pytest.fixture
def short_transactions(databases: Databases) -> Iterator[None]:
    """Let the server end transactions soon that nobody commits."""
    parameter = "transactionLifetimeLimitSeconds"
    before = databases.client.admin.command({"setParameter": 1, parameter: 1})["was"]
    yield
    databases.client.admin.command({"setParameter": 1, parameter: before})


@pytest.mark.usefixtures("short_transactions")
def test_commit_that_does_not_arrive(databases: Databases, path: Path) -> None:
    with failing(databases.client, "commitTransaction", errorCode=8000):
        refused(databases, path, "--name", "Copy", status=2)


def test_commit_whose_answer_is_lost(databases: Databases, path: Path) -> None:
    failure = {"code": 64, "errmsg": "waiting for replication timed out"}
    with failing(databases.client, "commitTransaction", writeConcernError=failure):
        result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 2
    reconciled = json.loads(tenantry("reconcile", "--json").stdout)
    assert (len(reconciled["settled"]), reconciled["dropped"]) == (1, [])
    assert databases.tenants["org_copy"].count_documents({}) == 200
    databases.check_invariants()


def test_slug_that_is_taken_while_the_documents_are_loaded(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_indexes = collections.create_indexes

    def lose_race(*arguments: Any) -> None:
        create_indexes(*arguments)
        library.create("Copy", OTHER)

    monkeypatch.setattr(collections, "create_indexes", lose_race)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert result.stderr.startswith("The slug copy is taken")
    assert databases.tenants["org_copy"].find_one() is None
    databases.check_invariants()


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
    lifecycle.delete(google)
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
    lifecycle.delete(google)


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
    assert result.stderr.startswith(message)
    databases.check_invariants()


def test_lease_that_was_lost(databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restore that was held up finds its collection dropped, and gives up."""
    create_indexes = collections.create_indexes

    def be_held_up(database: Any, name: str, description: Any) -> None:
        databases.master["restorations"].update_one({"_id": name}, [{"$set": {"leased_until": "$$NOW"}}])
        assert tenantry_json("reconcile")["dropped"] == [name]
        database[name].insert_one({"late": "write"})
        create_indexes(database, name, description)

    monkeypatch.setattr(collections, "create_indexes", be_held_up)
    result = tenantry("restore", path, "--name", "Copy")
    assert result.exit_code == 1
    assert result.stderr.startswith("The restore stood still for too long; run `tenantry reconcile`")
    (late,) = tenantry_json("reconcile")["dropped"]
    assert late.startswith(staging.PREFIX)
    databases.check_invariants()


def test_lease_is_renewed(databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "RENEWAL_SECONDS", 0.01)
    create_indexes = collections.create_indexes
    lease = databases.master["restorations"]

    def take_long(*arguments: Any) -> None:
        first = lease.find_one()
        while lease.find_one() == first:
            pass
        assert tenantry_json("reconcile")["dropped"] == []
        create_indexes(*arguments)

    monkeypatch.setattr(collections, "create_indexes", take_long)
    tenantry_json("restore", path, "--name", "Copy")
    databases.check_invariants()


def test_lost_lease_ends_the_loading(
    databases: Databases, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "RENEWAL_SECONDS", 0.01)
    create = collections.create

    def lose_lease(*arguments: Any) -> None:
        create(*arguments)
        databases.master["restorations"].delete_many({})

    monkeypatch.setattr(collections, "create", lose_lease)
    documents = content.Source.documents

    def endless(source: content.Source) -> Any:
        while True:
            for batch in documents(source):
                yield []
                assert batch

    monkeypatch.setattr(content.Source, "documents", endless)
    monkeypatch.setattr(restore, "_insert", lambda *_: None)
    result = tenantry("restore", path, "--name", "Copy")
    assert (result.exit_code, result.stderr[:22]) == (1, "The restore stood stil")
    assert len(tenantry_json("reconcile")["dropped"]) == 1
