"""`tenantry restore` of archives that somebody has forged: refused in one line, or harmless."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bson import Code, Int64, Regex

from tenantry.identity.members import Membership
from tests.integration.cli.refusal import refused, refused_as
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases
from tests.support.forged_archive import ForgedArchive

Forge = Callable[[ForgedArchive], object]


@pytest.fixture
def bystander(databases: Databases) -> Membership:
    """Somebody who has nothing to do with it."""
    return library.create("Other")


def test_archive_that_is_sealed_anew_is_restored(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    assert archive.sealed() == path.read_bytes()
    archive.change("organizations", metadata={"color": "forged"})
    path.write_bytes(archive.sealed())
    made = tenantry_json("restore", path, "--name", "Copy")
    assert databases.organization(made["organization_id"])["metadata"] == {"color": "forged"}


ANYBODY: dict[str, Any] = {"$gt": ""}
FORGED: dict[str, dict[str, list[Any]]] = {
    "organizations": {
        "_id": [ANYBODY, None, "org_1", "acct_" + "0" * 32],
        "name": [ANYBODY, None, 7, "x" * 1001],
        "slug": [ANYBODY, None, ["google"]],
        "state": ["deleting", "renaming", ANYBODY],
        "metadata": [
            [],
            {"$where": "1"},
            {"a.b": 1},
            {"a": {"$gt": ""}},
            {"a": float("nan")},
            {"a": "x" * 501},
            {"a": Code("1")},
            {"a": "x" * 12_000_000},
            {f"k{n}": 1 for n in range(51)},
        ],
        "updated_at": [ANYBODY, "2026-01-01", Int64(0)],
    },
    "members": {
        "account_id": [ANYBODY, "acct_" + "0" * 32],
        "organization_id": [ANYBODY, "org_" + "0" * 32],
        "role": ["guest", "Owner", ANYBODY, None],
    },
    "accounts": {
        "_id": [ANYBODY, None, Regex("^acct"), "acct_", "acct_" + "0" * 32 + "\n"],
        "email": [ANYBODY, None, "nobody", "a@b", "x" * 250 + "@example.org", Regex("a@b.de")],
        "password_hash": [
            ANYBODY,
            "",
            "plain",
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            "$pbkdf2-sha256$4294967295$" + "A" * 22 + "$" + "A" * 43,
            "$pbkdf2-sha256$6000001$" + "A" * 22 + "$" + "A" * 43,
            "$pbkdf2-sha256$0$" + "A" * 22 + "$" + "A" * 43,
            "$pbkdf2-sha512$1000$" + "A" * 22 + "$" + "A" * 43,
            "$pbkdf2-sha256$1000$" + "A" * 22,
        ],
        "auth_epoch": [-1, 2**53, Int64(2**63 - 1), 1.0, "0", ANYBODY, True],
        "created_at": [ANYBODY, "2026-01-01", Int64(0)],
    },
}


@pytest.mark.parametrize("collection", FORGED)
def test_field_that_no_client_could_have_sent(
    databases: Databases, archive: ForgedArchive, path: Path, collection: str
) -> None:
    intact = archive.sealed()
    for field, values in FORGED[collection].items():
        for value in values:
            forged = ForgedArchive.read(intact)
            forged.change(collection, **{field: value})
            message = refused_as(databases, forged, path)
            assert " is no backup of one organization: " in message, value
            assert len(message) < 500


def test_name_of_the_backup_is_one_that_a_client_could_have_sent(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    for fields in ({"slug": "admin"}, {"slug": "a_b"}, {"name": "\0"}, {"name": ""}):
        archive.change("organizations", **({"name": "Free", "slug": "free"} | fields))
        path.write_bytes(archive.sealed())
        assert refused(databases, path).endswith("; choose another with --name NAME")


def test_account_of_somebody_else_is_not_attached(
    databases: Databases, archive: ForgedArchive, path: Path, bystander: Membership
) -> None:
    archive.change("accounts", _id=bystander.account_id)
    archive.change("members", account_id=bystander.account_id)
    assert f"The owner's account {bystander.account_id} " in refused_as(databases, archive, path)
    archive.change("accounts", email="owner@other.example")
    assert ", is not what it was: account " in refused_as(databases, archive, path)


def test_uncanonical_address_becomes_canonical(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    account_id = "acct_" + "1" * 32
    archive.change("accounts", _id=account_id, email="Somebody.ELSE@EXAMPLE.org")
    archive.change("members", account_id=account_id)
    path.write_bytes(archive.sealed())
    tenantry_json("restore", path, "--name", "Copy")
    stored = databases.master["accounts"].find_one({"_id": account_id})
    assert stored is not None
    assert (stored["email"], stored["address"]) == ("somebody.else@example.org", "Somebody.ELSE@example.org")


def twice(archive: ForgedArchive) -> None:
    for name in ("accounts", "members"):
        archive.documents[name] *= 2


def same_address(archive: ForgedArchive) -> None:
    twice(archive)
    archive.change("accounts", 1, _id="acct_" + "1" * 32)
    archive.change("members", 1, account_id="acct_" + "1" * 32)


FORGED_LISTS: dict[str, Forge] = {
    "no organization": lambda archive: archive.documents["organizations"].clear(),
    "two organizations": lambda archive: archive.documents["organizations"].append(
        archive.documents["organizations"][0]
    ),
    "no member": lambda archive: archive.documents["members"].clear(),
    "no account": lambda archive: archive.documents["accounts"].clear(),
    "an account twice": twice,
    "an address twice": same_address,
    "very many accounts": lambda archive: archive.documents.update(
        accounts=archive.documents["accounts"] * 10_000
    ),
    "another collection": lambda archive: archive.listed[0].update(collection="audit"),
    "a collection less": lambda archive: archive.listed.pop(0),
    "very many collections": lambda archive: archive.listed.extend(archive.listed * 10_000),
}


def test_archive_that_is_not_of_one_organization(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    intact = archive.sealed()
    for case, forge in FORGED_LISTS.items():
        forge(forged := ForgedArchive.read(intact))
        assert "; nothing was changed, use another backup" in refused_as(databases, forged, path), case


def test_archive_without_owners_needs_one(
    databases: Databases, archive: ForgedArchive, path: Path, bystander: Membership
) -> None:
    archive.documents["accounts"].clear()
    archive.documents["members"].clear()
    message = refused_as(databases, archive, path)
    assert message == "The backup holds no owner; name one with --owner ACCOUNT_ID"
