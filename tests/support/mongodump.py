"""A reader of archives that knows nothing of Tenantry, as strict as MongoDB's tools are.

It follows their source as of 100.18.0 (github.com/mongodb/mongo-tools); each check names the function there.
"""

import io
import json
from pathlib import Path
from typing import Any, TypedDict

import bson
from bson import CodecOptions, Int64, json_util
from bson.codec_options import DatetimeConversion

MAXIMUM = 16 * 1024 * 1024  # common/db/db.go, MaxBSONSize
ECMA_REFLECTED = 0xC96C5795D7870F42  # the polynomial `ECMA` of Go's hash/crc64
TABLE = []
for byte in range(256):
    value = byte
    for _ in range(8):
        value = value >> 1 ^ (ECMA_REFLECTED if value & 1 else 0)
    TABLE.append(value)

# The fields of common/archive/archive.go, Header and CollectionMetadata, as mongodump writes them.
HEADER = {"concurrent_collections": int, "version": str, "server_version": str, "tool_version": str}
COLLECTION = {"db": str, "collection": str, "metadata": str, "size": int, "type": str}
# NamespaceHeader.UnmarshalBSON there refuses every other field since 100.14.0.
NAMESPACE_HEADER = {"db": str, "collection": str, "EOF": bool, "CRC": Int64}

EXACT = CodecOptions[dict[str, Any]](datetime_conversion=DatetimeConversion.DATETIME_AUTO)
SEAL = "tenantry_backup"


class Collection(TypedDict):
    metadata: str
    documents: list[dict[str, Any]]


def crc64(data: bytes) -> int:
    """Return the sum that Go's crc64.New(crc64.MakeTable(crc64.ECMA)) gives, as a signed integer."""
    crc = 2**64 - 1
    for octet in data:
        crc = TABLE[(crc ^ octet) & 255] ^ crc >> 8
    crc ^= 2**64 - 1
    return crc - 2**64 if crc >= 2**63 else crc


def read_archive(data: bytes) -> dict[tuple[str, str], Collection]:
    """Return the collections of an archive by database and name."""
    file = io.BytesIO(data)
    assert file.read(4) == bytes.fromhex("6de29981")  # prelude.go, Prelude.Read
    first, *prelude = read_block(file)
    check_header(decoded(first, HEADER))
    collections = dict(listed(decoded(data, COLLECTION)) for data in prelude)
    assert len(collections) == len(prelude)
    opened: dict[tuple[str, str], bytes] = {}
    closed: set[tuple[str, str]] = set()
    while file.tell() < len(data):  # demultiplexer.go, HeaderBSON and BodyBSON
        first, *documents = read_block(file)
        opening = decoded(first, NAMESPACE_HEADER)
        place = opening["db"], opening["collection"]
        assert place in collections, "no intent for namespace"
        assert place not in closed, "namespace header for already opened namespace"
        opened[place] = opened.get(place, b"") + b"".join(documents)
        collections[place]["documents"] += [bson.decode(document, EXACT) for document in documents]
        if opening["EOF"]:
            assert not documents, "collection data without a collection header"
            assert opening["CRC"] == crc64(opened[place]), "CRC mismatch"
            closed.add(place)
    assert closed == set(collections), "archive finished before all collections were seen"
    return collections


def check_header(header: dict[str, Any]) -> None:
    """Check the versions as mongorestore.go and version.go, StrToVersion, do."""
    assert header["version"] == "0.1"
    parts = header["server_version"].partition("-")[0].partition("+")[0].split(".", 2)
    assert len(parts) == 3
    assert all(part.isdecimal() for part in parts)


def listed(entry: dict[str, Any]) -> tuple[tuple[str, str], Collection]:
    """Return a collection of the prelude, whose metadata must be those of metadata.go, Metadata."""
    assert entry["collection"]
    assert entry["type"] == "collection"
    metadata = json.loads(entry["metadata"])
    assert metadata.keys() == {"options", "indexes", "uuid", "collectionName", "type"}
    assert metadata["collectionName"] == entry["collection"]
    assert len(bytes.fromhex(metadata["uuid"])) == 16
    assert all({"v", "key", "name"} <= index.keys() for index in metadata["indexes"])
    assert json_util.loads(entry["metadata"])
    return (entry["db"], entry["collection"]), {"metadata": entry["metadata"], "documents": []}


def decoded(data: bytes, fields: dict[str, type]) -> dict[str, Any]:
    """Return a document that has these fields, of these types, and no others."""
    document = bson.decode(data)
    types = {name: type(value) for name, value in document.items()}
    assert types == fields, f"fields are {[*types]}"
    return document


def read_block(file: io.BytesIO) -> list[bytes]:
    """Return the documents before the next terminator, at least one (parser.go, ReadBlock)."""
    documents = []
    while (size := file.read(4)) != b"\xff" * 4:
        assert 5 <= int.from_bytes(size, "little") <= MAXIMUM
        content = file.read(int.from_bytes(size, "little") - 4)
        assert len(content) == int.from_bytes(size, "little") - 4
        assert content.endswith(b"\0")
        documents.append(size + content)
    assert documents, "consecutive terminators / headerless blocks are not allowed"
    return documents


def read_backup(path: Path) -> tuple[dict[str, Any], str, list[dict[str, Any]]]:
    """Return the organization in a backup, and its collection's name and documents."""
    collections = read_archive(path.read_bytes())
    *_, (_, last) = collections
    assert last == SEAL
    named = {name: collection["documents"] for (_, name), collection in collections.items()}
    (organization,) = named.pop("organizations")
    (member,) = named.pop("members")
    (account,) = named.pop("accounts")
    assert [document["_id"] for document in named.pop(SEAL)] == ["about", "SHA256"]
    assert (member["organization_id"], member["account_id"]) == (organization["_id"], account["_id"])
    ((collection_name, documents),) = named.items()
    return organization, collection_name, documents
