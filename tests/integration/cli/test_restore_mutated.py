"""Archives changed at random and sealed anew: restored or refused, and nothing of others is touched."""

import copy
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import Code, Int64, MinKey, ObjectId, Regex, Timestamp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tenantry.identity.members import Membership
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases
from tests.support.forged_archive import ForgedArchive
from tests.support.sampling import examples

EXAMPLES = examples(50)
BYSTANDERS_ACCOUNT = "{other account}"  # replaced by what it stands for, which differs from run to run
BYSTANDERS_ORGANIZATION = "{other organization}"

IDENTITIES: list[Any] = [
    {"$gt": ""},
    {"$ne": None},
    "other",
    "owner@other.example",
    BYSTANDERS_ACCOUNT,
    BYSTANDERS_ORGANIZATION,
]
HOSTILE: list[Any] = [
    {"$where": "sleep(1000)"},
    {"$$REMOVE": 1},
    None,
    [],
    {},
    "",
    "acct_" + "0" * 32,
    "$pbkdf2-sha256$4294967295$" + "A" * 22 + "$" + "A" * 43,
    "active",
    "x" * 5000,
    '{"options": {"create": "org_other"}, "indexes": [], "type": "collection"}',
    0,
    1,
    -1,
    Int64(2**63 - 1),
    1e308,
    float("nan"),
    True,
    b"\0",
    ObjectId("0" * 24),
    Regex(".*"),
    Code("1"),
    MinKey(),
    Timestamp(0, 0),
]
PARTS = ["organizations", "members", "accounts", "tenant", "seal", "prelude"]
KEYS = ["_id", "email", "state", "options", "$set", "a.b", "suspended_at", "vacated", "slugs", "description"]


@st.composite
def changes(draw: st.DrawFn) -> tuple[Any, ...]:
    """Draw what to do, with numbers that are taken modulo what there is."""
    number = st.integers(0, 10_000)
    action = draw(st.sampled_from(["replace"] * 4 + ["add", "remove", "repeat", "drop", "bytes"]))
    where = draw(
        st.sampled_from(["accounts"] * 3 + ["prelude", "organizations", "members", "tenant", "seal"])
    )
    at = draw(st.integers(0, 1) | number)
    value = draw(st.sampled_from(IDENTITIES) | st.sampled_from(HOSTILE))
    return (action, where, at, draw(number), value)


def places(document: Any) -> list[tuple[Any, Any]]:
    """Return all members in a document, each as what holds it and its key."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    paired = []
    for key, value in members:
        paired.append((document, key))
        if isinstance(value, dict | list):
            paired += places(value)
    return paired


def change_document(document: dict[str, Any], change: tuple[Any, ...]) -> None:
    action, _, at, selector, value = change
    members = places(document)
    if not members:
        return
    holder, key = members[at % len(members)]
    if action == "replace":
        holder[key] = copy.deepcopy(value)
    elif action == "remove":
        del holder[key]
    elif isinstance(holder, dict):
        holder[KEYS[selector % len(KEYS)]] = copy.deepcopy(value)


def mutate(archive: ForgedArchive, change: tuple[Any, ...]) -> None:
    action, where, at, selector, _ = change
    if where == "prelude":
        change_document([archive.header, *archive.listed][at % (len(archive.listed) + 1)], change)
        return
    named = dict(zip(PARTS, archive.names, strict=False))
    documents = archive.documents[named[where]]
    if not documents:
        return
    number = at % len(documents)
    if action == "repeat":
        documents.append(documents[number])
    elif action == "drop":
        del documents[number]
    elif action == "bytes":
        data = bytearray(documents[number])
        data[4 + selector % (len(data) - 4)] ^= 1 << at % 8
        documents[number] = bytes(data)
    else:
        try:
            decoded = bson.decode(documents[number])
        except bson.errors.InvalidBSON:
            return
        change_document(decoded, change)
        documents[number] = bson.encode(decoded)


def state(databases: Databases) -> dict[str, dict[str, bytes]]:
    """Return all documents of all collections as BSON, by collection and id."""
    return {
        f"{database.name}.{name}": {
            repr(document["_id"]): bson.encode(document) for document in database[name].find()
        }
        for database in (databases.master, databases.tenants)
        for name in database.list_collection_names()
        if not name.startswith("system.")
    }


def check_untouched(
    before: dict[str, dict[str, bytes]], after: dict[str, dict[str, bytes]], owner_id: str
) -> None:
    """Check that nothing of before is changed, but that the owner's account was joined to an organization."""
    for name, documents in before.items():
        for key, document in documents.items():
            if name.endswith(".clusters"):
                continue
            if name.endswith(".accounts") and owner_id in key:
                kept, stored = (bson.decode(version[key]) for version in (documents, after[name]))
                assert kept | {"changes": None} == stored | {"changes": None}
                continue
            assert after[name][key] == document


def clean(databases: Databases, before: dict[str, dict[str, bytes]]) -> None:
    """Put everything back as it was."""
    for database in (databases.master, databases.tenants):
        for name in database.list_collection_names():
            known = before.get(f"{database.name}.{name}")
            if known is None:
                database.drop_collection(name)
                continue
            for document in database[name].find():
                kept = known.get(repr(document["_id"]))
                if kept is None:
                    database[name].delete_one({"_id": {"$eq": document["_id"]}})
                elif bson.encode(document) != kept:
                    database[name].replace_one({"_id": document["_id"]}, bson.decode(kept))
            present = {repr(document["_id"]) for document in database[name].find({}, {"_id": 1})}
            missing = [bson.decode(document) for key, document in known.items() if key not in present]
            if missing:
                database[name].insert_many(missing)


@pytest.fixture
def bystander(databases: Databases) -> Membership:
    member = library.create("Other")
    databases.tenants["org_other"].insert_one({"_id": "kept"})
    return member


def id_of_account(value: Any) -> list[tuple[Any, ...]]:
    return [("replace", "accounts", 0, 0, value), ("replace", "members", 2, 0, value)]


@example(drawn=id_of_account({"$gt": ""}), renamed=True, gone=True)
@example(drawn=id_of_account(BYSTANDERS_ACCOUNT), renamed=True, gone=False)
@given(drawn=st.lists(changes(), min_size=1, max_size=3), renamed=st.booleans(), gone=st.booleans())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_archives(  # noqa: PLR0917
    databases: Databases,
    google: Membership,
    bystander: Membership,
    path: Path,
    drawn: list[tuple[Any, ...]],
    renamed: bool,
    gone: bool,
) -> None:
    before = state(databases)
    meaning = {BYSTANDERS_ACCOUNT: bystander.account_id, BYSTANDERS_ORGANIZATION: bystander.organization_id}
    archive = ForgedArchive.read(path.read_bytes())
    for change in drawn:
        value = change[-1]
        meant = [text for name, text in meaning.items() if value == name]
        mutate(archive, (*change[:-1], meant[0] if meant else value))
    forged = path.with_name("forged.archive")
    try:
        forged.write_bytes(archive.sealed())
    except (bson.errors.InvalidDocument, OverflowError):
        return
    if gone:
        databases.master["accounts"].delete_one({"_id": google.account_id})
        databases.master["members"].delete_one({"account_id": google.account_id})
    expected = state(databases)
    result = tenantry("restore", forged, *(("--name", "Copy") if renamed else ()))
    after = state(databases)
    try:
        assert result.exit_code in (0, 1), result.output
        assert result.exit_code == 0 or result.stderr.count("\n") == 1
        assert "Traceback" not in result.output
        check_untouched(expected, after, google.account_id)
        if result.exit_code == 1:
            assert after == expected | {name: {} for name in after if name.endswith(".restorations")}
        elif not gone:
            databases.check_invariants()
    finally:
        clean(databases, before)
