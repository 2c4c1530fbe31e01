"""`tenantry restore` of archives whose collection somebody has forged: its options, indexes and documents."""

import json
from pathlib import Path
from typing import Any

import bson

from tests.integration.cli.refusal import refused_as
from tests.support.databases import Databases
from tests.support.forged_archive import ForgedArchive

OF_GOOGLE = "org_google"
ID_INDEX = {"v": 2, "key": {"_id": 1}, "name": "_id_"}
INDEX = {"v": 2, "key": {"a": 1}, "name": "a_1"}
FORGED_INDEXES: list[dict[str, Any]] = [
    {"expireAfterSeconds": 0},
    {"partialFilterExpression": {"a": {"$gt": ""}}},
    {"partialFilterExpression": {"b": {"$exists": True}}},
    {"partialFilterExpression": {}},
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
    for case, (documents, message) in FORGED_DOCUMENTS.items():
        archive.documents[OF_GOOGLE] = documents
        assert message in refused_as(databases, archive, path), case


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
