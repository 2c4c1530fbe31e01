"""`tenantry backup` and `tenantry restore` on a real server: what comes back is what was there."""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import (
    Binary,
    Code,
    DatetimeMS,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument

from tenantry.identity import accounts
from tenantry.lifecycle import configuring, plans
from tenantry.storage.indexes import MAX_INDEXES
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases

ARCHIVES = Path(__file__).parents[2] / "archives"
EXACT = CodecOptions[dict[str, Any]](datetime_conversion=DatetimeConversion.DATETIME_MS)
RAW = CodecOptions(document_class=RawBSONDocument)
EVERY_TYPE = {
    "_id": "every type",
    "double": -0.0,
    "not a number": float("nan"),
    "string": "Ünïcode \0 and more",
    "object": {"$gt": 1, "a.b": 2, "": 3},
    "array": [1, [2, [3]], {}],
    "binary": Binary(b"\0\xff", 0),
    "uuid": Binary.from_uuid(uuid.UUID(int=7)),
    "user defined": Binary(b"x", 128),
    "id": ObjectId("0123456789abcdef01234567"),
    "true": True,
    "date": DatetimeMS(-(2**60)),
    "null": None,
    "regex": Regex("^a", "im"),
    "code": Code("function() {}"),
    "code with scope": Code("f()", {"x": 1}),
    "int": 1,
    "long": Int64(1),
    "timestamp": Timestamp(1, 2),
    "empty timestamp": Timestamp(0, 0),
    "nested empty timestamp": {"at": Timestamp(0, 0)},
    "decimal": Decimal128("-0E+3"),
    "reference": DBRef("a", 1, "b"),
    "min": MinKey(),
    "max": MaxKey(),
}


def raw_documents(databases: Databases, name: str) -> list[bytes]:
    raw = databases.tenants[name].with_options(codec_options=RAW)
    return [bytes(document.raw) for document in raw.find().sort("_id", 1)]


def shape(databases: Databases, name: str) -> dict[str, Any]:
    """Return what a collection is, apart from its name and identity."""
    dump = databases.dump()[f"{databases.tenants.name}.{name}"]
    return {part: dump[part] for part in ("indexes", "options")}


def put_every_type(databases: Databases, name: str) -> None:
    collection = databases.tenants[name]
    collection.insert_one({"_id": EVERY_TYPE["_id"]})
    collection.update_one({}, [{"$replaceWith": {"$literal": EVERY_TYPE}}])
    collection.insert_many([{"_id": number, "text": "x" * number} for number in range(1000)])
    stored = collection.with_options(codec_options=EXACT).find_one({"_id": "every type"})
    assert bson.encode(stored or {}) == bson.encode(EVERY_TYPE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "google.archive"


@pytest.fixture
def verified(databases: Databases) -> Iterator[None]:
    """Check the invariants after the test, independently and by the checker."""
    yield
    databases.check_invariants()
    assert tenantry("verify").exit_code == 0


@pytest.mark.usefixtures("verified")
def test_round_trip_keeps_every_byte(databases: Databases, path: Path) -> None:
    member = library.create("Google", metadata={"color": "green", "desks": 3})
    plans.put("pro", {"members": 50})
    set_by_operator = {
        "properties": {"region": "eu"},
        "private": {"customer": "C-1041"},
        "limits": {"members": 3},
        "plan": "pro",
    }
    configuring.configure("google", set_by_operator, lambda _: True)
    put_every_type(databases, "org_google")
    before = raw_documents(databases, "org_google")
    done = tenantry_json("backup", "google", "-o", path)
    assert done == {
        "organization_id": member.organization_id,
        "slug": "google",
        "bytes": path.stat().st_size,
    }
    made = tenantry_json("restore", path, "--name", "Google Two")
    assert made["slug"] == "google-two"
    assert made["documents"] == 1001
    assert made["organization_id"] != member.organization_id
    assert raw_documents(databases, "org_google_two") == before
    assert raw_documents(databases, "org_google") == before
    assert (made["plan"], made["limits"]) == ("pro", {"members": 3})
    organization = databases.organization(made["organization_id"])
    assert {name: organization[name] for name in set_by_operator} == set_by_operator
    assert (organization["name"], organization["metadata"]) == ("Google Two", {"color": "green", "desks": 3})
    assert library.membership(member.account_id, made["organization_id"]).role == "owner"


@pytest.mark.usefixtures("verified")
def test_restored_organization_whose_plan_is_gone_has_that_of_all_others(
    databases: Databases, path: Path
) -> None:
    plans.put("pro", {"members": 50})
    library.create("Google", plan="pro")
    tenantry_json("backup", "google", "-o", path)
    configuring.configure("google", {"plan": "default"}, lambda _: True)
    plans.remove("pro")
    result = tenantry("restore", path, "--name", "Copy", "--json")
    assert json.loads(result.stdout)["plan"] == "default"
    assert result.stderr == "There is no plan pro here; it has the plan default\n"


@pytest.mark.usefixtures("verified")
@pytest.mark.parametrize("by", ["slug", "id"])
def test_deleted_organization_comes_back_with_another_id(databases: Databases, path: Path, by: str) -> None:
    member = library.create("Google")
    account = accounts.find(member.account_id)
    assert account is not None
    databases.tenants["org_google"].insert_one({"_id": 1})
    tenantry_json("backup", "google" if by == "slug" else member.organization_id, "-o", path)
    library.delete_with_account(member)
    made = tenantry_json("restore", path)
    assert (made["slug"], made["owners"]) == (
        "google",
        [{"id": member.account_id, "email": account["email"]}],
    )
    assert made["organization_id"] != member.organization_id
    again = accounts.find(member.account_id)
    assert again is not None
    assert again["auth_epoch"] == account["auth_epoch"] + 1
    changed = ("auth_epoch", "updated_at")
    assert {k: v for k, v in again.items() if k not in changed} == {
        k: v for k, v in account.items() if k not in changed
    }
    organization = databases.organization(made["organization_id"])
    assert (organization["state"], organization["collection"]) == ("active", "org_google")
    assert list(databases.tenants["org_google"].find()) == [{"_id": 1}]


def plain(databases: Databases) -> None:
    names = {"$schema": "s", "$id": "i", "a.b": {"$ref": "#/$defs/a.b", "": [{"$where": 1}]}}
    databases.tenants["org_google"].insert_many([{"_id": 1, **names}, {"_id": 2, "$ref": "c"}])


def empty(databases: Databases) -> None:
    assert databases.tenants["org_google"].find_one() is None


def indexed(databases: Databases) -> None:
    organization = databases.master["organizations"].find_one({"slug": "google"})
    assert organization is not None
    documents = TenantCollection(organization["_id"])
    documents.insert_many([{"_id": n, "a": n, "b": [n]} for n in range(10)])
    documents.create_index([("a", 1), ("b", -1)], unique=True, name="pair")
    documents.create_index([("at", Int64(1))])
    documents.create_index([("d", 1), ("_id.e", -1)], unique=True, partial=True)
    for number in range(MAX_INDEXES - 3):
        documents.create_index([(f"c{number}.ü", -1)])


@pytest.mark.usefixtures("verified")
@pytest.mark.parametrize("prepare", [plain, empty, indexed])
def test_round_trip_keeps_indexes(
    databases: Databases, path: Path, prepare: Callable[[Databases], None]
) -> None:
    library.create("Google")
    prepare(databases)
    tenantry_json("backup", "google", "-o", path)
    tenantry_json("restore", path, "--name", "Copy")
    assert shape(databases, "org_copy") == shape(databases, "org_google")
    assert raw_documents(databases, "org_copy") == raw_documents(databases, "org_google")


@pytest.mark.usefixtures("verified")
def test_archive_whose_checksum_is_in_the_last_header(databases: Databases) -> None:
    """What `tenantry-1` wrote is restored as it was."""
    made = tenantry_json("restore", ARCHIVES / "tenantry-1.archive")
    assert (made["slug"], made["documents"]) == ("google", 4)
    assert [owner["email"] for owner in made["owners"]] == ["owner@google.example"]
    organization = databases.organization(made["organization_id"])
    assert organization["metadata"] == {
        "plan": "pro",
        "seats": 3,
        "ratio": 0.5,
        "big": 2**53 + 1,
        "trial": False,
    }
    *_, stored = raw_documents(databases, "org_google")
    assert stored == bson.encode(EVERY_TYPE)
    indexes = databases.tenants["org_google"].index_information()
    assert indexes["pair"] == {"v": 2, "key": [("text", 1), ("a.b", -1)], "unique": True}
    assert [*indexes] == ["_id_", "pair", "at_1"]


@pytest.mark.usefixtures("verified")
def test_documents_of_the_greatest_size(databases: Databases, path: Path) -> None:
    library.create("Google")
    collection = databases.tenants["org_google"]
    size = 16 * 1024 * 1024 - len(bson.encode({"_id": 1, "data": b""}))
    collection.insert_many([{"_id": number, "data": os.urandom(size)} for number in range(3)])
    tenantry_json("backup", "google", "-o", path)
    tenantry_json("restore", path, "--name", "Copy")
    assert raw_documents(databases, "org_copy") == raw_documents(databases, "org_google")
