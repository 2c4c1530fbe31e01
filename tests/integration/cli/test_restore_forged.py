"""`tenantry restore` of archives that somebody has forged: refused in one line, or harmless."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import Code, Int64, Regex

from tenantry.accounts import Membership
from tests.integration.cli.refusal import refused
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases
from tests.support.forged_archive import ForgedArchive

Forge = Callable[[ForgedArchive], object]
OF_GOOGLE = "org_google"


@pytest.fixture
def archive(path: Path) -> ForgedArchive:
    """A backup of Google, which goes on."""
    return ForgedArchive.read(path.read_bytes())


@pytest.fixture
def other(databases: Databases) -> Membership:
    """Somebody who has nothing to do with it."""
    return library.create("Other")


def refused_as(databases: Databases, archive: ForgedArchive, path: Path, *options: str) -> str:
    path.write_bytes(archive.sealed())
    return refused(databases, path, "--name", "Copy", *options)


def test_archive_that_is_sealed_anew_is_restored(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    assert archive.sealed() == path.read_bytes()
    archive.change("organizations", metadata={"plan": "forged"})
    path.write_bytes(archive.sealed())
    made = tenantry_json("restore", path, "--name", "Copy")
    assert databases.organization(made["organization_id"])["metadata"] == {"plan": "forged"}


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
        "role": ["admin", ANYBODY, None],
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
    databases: Databases, archive: ForgedArchive, path: Path, other: Membership
) -> None:
    archive.change("accounts", _id=other.account_id)
    archive.change("members", account_id=other.account_id)
    assert f"The owner's account {other.account_id} " in refused_as(databases, archive, path)
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
    for what, forge in FORGED_LISTS.items():
        forge(forged := ForgedArchive.read(intact))
        assert "; nothing was changed, use another backup" in refused_as(databases, forged, path), what


def test_archive_without_owners_needs_one(
    databases: Databases, archive: ForgedArchive, path: Path, other: Membership
) -> None:
    archive.documents["accounts"].clear()
    archive.documents["members"].clear()
    message = refused_as(databases, archive, path)
    assert message == "The backup holds no owner; name one with --owner ACCOUNT_ID"


ID_INDEX = {"v": 2, "key": {"_id": 1}, "name": "_id_"}
INDEX = {"v": 2, "key": {"a": 1}, "name": "a_1"}
FORGED_INDEXES: list[dict[str, Any]] = [
    {"expireAfterSeconds": 0},
    {"partialFilterExpression": {"a": {"$gt": ""}}},
    {"hidden": True},
    {"wildcardProjection": {"a": 1}},
    {"storageEngine": {}},
    {"v": 1},
    {"name": "*"},
    {"name": "_id_"},
    {"name": ""},
    {"name": {"$gt": ""}},
    {"name": "x" * 128},
    {"unique": 1},
    {"key": {}},
    {"key": {"_id": 1}},
    {"key": {"$**": 1}},
    {"key": {"$where": 1}},
    {"key": {"a": "text"}},
    {"key": {"a": "hashed"}},
    {"key": {"a": 0}},
    {"key": {f"k{n}": 1 for n in range(33)}},
    {"key": [["a", 1]]},
]
FORGED_METADATA: list[Any] = [
    *(
        {"options": {name: 1}}
        for name in ("create", "capped", "validator", "viewOn", "clusteredIndex", "collation", "$db")
    ),
    *({"indexes": [ID_INDEX, INDEX | changes]} for changes in FORGED_INDEXES),
    {"indexes": [ID_INDEX, *(INDEX | {"name": f"i{n}", "key": {f"i{n}": 1}} for n in range(11))]},
    {"indexes": []},
    {"indexes": [INDEX]},
    {"indexes": [ID_INDEX | {"clustered": True}]},
    {"indexes": {"a": 1}},
    {"indexes": None},
    {"type": "view"},
    {"type": "timeseries"},
]


def test_collection_that_tenantry_makes_nowhere(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    for changes in FORGED_METADATA:
        metadata = {"options": {}, "indexes": [ID_INDEX], "type": "collection"} | changes
        archive.listed[3]["metadata"] = json.dumps(metadata)
        message = refused_as(databases, archive, path)
        assert "has a collection such as Tenantry makes none: " in message, changes
        assert len(message) < 500


def test_metadata_that_are_none(databases: Databases, archive: ForgedArchive, path: Path) -> None:
    for metadata in ("", "{", "[]", "null", '{"indexes": 1}', "[" * 100_000, '"\\ud800"', 7, None):
        archive.listed[3]["metadata"] = metadata
        message = refused_as(databases, archive, path)
        assert message.endswith("nothing was changed, use another backup"), metadata


def nested(levels: int) -> dict[str, Any]:
    return {"_id": 1, "a": nested(levels - 1)} if levels else {"_id": 1}


FORGED_DOCUMENTS: dict[str, tuple[list[bytes], str]] = {
    "an id twice": ([bson.encode({"_id": 1})] * 2, "MongoDB refuses what the backup holds (E11000 "),
    "an array as id": ([bson.encode({"_id": [1]})], "MongoDB refuses what the backup holds (The '_id' value"),
    "an operator as id": ([bson.encode({"_id": {"$gt": ""}})], "MongoDB refuses what the backup holds ("),
    "very deep": ([bson.encode(nested(300))], "MongoDB refuses what the backup holds ("),
    "no id": ([bson.encode({"a": 1})], "holds a document without _id"),
    "no document": ([b"\x05\0\0\0\x07"], "is damaged or incomplete"),
    "an unknown type": ([b"\x0c\0\0\0\x1fa\0\0\0\0\0\0"], "is damaged or incomplete"),
    "no UTF-8": ([bson.encode({"_id": "a"}).replace(b"a\0", b"\xff\0")], "is damaged or incomplete"),
    "a length beyond the document": ([b"\x0f\0\0\0\x02_id\0\xff\0\0\0\0\0"], "is damaged or incomplete"),
}


def test_documents_that_mongodb_does_not_take(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    for what, (documents, message) in FORGED_DOCUMENTS.items():
        archive.documents[OF_GOOGLE] = documents
        assert message in refused_as(databases, archive, path), what


def test_document_that_a_unique_index_does_not_take(
    databases: Databases, archive: ForgedArchive, path: Path
) -> None:
    metadata = {"options": {}, "indexes": [ID_INDEX, INDEX | {"unique": True}], "type": "collection"}
    archive.listed[3]["metadata"] = json.dumps(metadata)
    message = refused_as(databases, archive, path)
    assert message.startswith("MongoDB refuses what the backup holds (Index build failed")
    assert message.endswith("; nothing was restored")


def test_message_steers_no_terminal(databases: Databases, archive: ForgedArchive, path: Path) -> None:
    hostile = "\x1b[2J\r\n\u202e" * 1000
    intact = archive.sealed()
    archive.change("organizations", metadata={hostile: 1})
    messages = [refused_as(databases, archive, path)]
    for changes in ({"options": {hostile: 1}}, {"indexes": [ID_INDEX, INDEX | {"name": hostile, "x": 1}]}):
        archive = ForgedArchive.read(intact)
        metadata = {"options": {}, "indexes": [ID_INDEX], "type": "collection"} | changes
        archive.listed[3]["metadata"] = json.dumps(metadata)
        messages.append(refused_as(databases, archive, path))
    archive = ForgedArchive.read(intact)
    archive.documents[OF_GOOGLE] = [bson.encode({"_id": hostile})] * 2
    messages.append(refused_as(databases, archive, path))
    for message in messages:
        assert message.isprintable()
        assert len(message) < 500


def test_size_that_no_document_has(databases: Databases, archive: ForgedArchive, path: Path) -> None:
    archive.documents[OF_GOOGLE] = [bson.encode({"_id": 1, "data": bytes(16 * 1024 * 1024)})]
    assert "is damaged or incomplete" in refused_as(databases, archive, path)
