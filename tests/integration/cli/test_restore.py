"""`tenantry restore` refuses what it cannot do as a whole, before anything changes."""

from pathlib import Path

import pytest

from tests.integration.cli.refusal import refused
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases, failing

STRANGERS_EMAIL = "somebody.else@example.org"


def test_name_that_is_taken(databases: Databases, path: Path) -> None:
    library.create("Alphabet")
    wanted = "is taken; nothing was changed, choose a name with --name NAME"
    assert refused(databases, path) == f"The slug google {wanted}"
    assert refused(databases, path, "--name", "ALPHABET!") == f"The slug alphabet {wanted}"


@pytest.mark.parametrize("name", ["", "admin", "...", "x" * 101, "a\0b"])
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


def test_damaged_backup(databases: Databases, path: Path) -> None:
    data = path.read_bytes()
    for at in range(0, len(data), len(data) // 25):
        for altered in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]):
            path.write_bytes(altered)
            message = refused(databases, path, "--name", "Copy")
            assert message.endswith("; nothing was changed, use another backup")


@pytest.mark.parametrize("command", ["create", "insert", "createIndexes"])
def test_server_that_refuses_the_content(databases: Databases, path: Path, command: str) -> None:
    databases.tenants["org_google"].create_index("a")
    tenantry_json("backup", "google", "-o", path)
    with failing(databases.client, command, errorCode=2, appName="tenantry-cli"):
        message = refused(databases, path, "--name", "Copy")
    assert message.startswith("MongoDB refuses what the backup holds (Failing command")
    assert message.endswith("; nothing was restored")


@pytest.mark.parametrize("command", ["create", "insert", "aggregate", "createIndexes", "listIndexes"])
def test_server_that_cannot_be_used(databases: Databases, path: Path, command: str) -> None:
    databases.tenants["org_google"].create_index("a")
    tenantry_json("backup", "google", "-o", path)
    with failing(databases.client, command, errorCode=8000, appName="tenantry-cli"):
        message = refused(databases, path, "--name", "Copy", status=2)
    assert message.startswith("MongoDB cannot be used: ")
    assert message.endswith("; once it can, run `tenantry reconcile`, which ends what the restore has begun")
