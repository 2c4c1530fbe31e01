"""A reader of archives that knows nothing of Tenantry, after common/archive of MongoDB's tools.

It is as strict as the tools are, and takes from each document only the fields that they know.
"""

import io
from pathlib import Path
from typing import Any, TypedDict

import bson

MAXIMUM = 16 * 1024 * 1024 + 16 * 1024
ECMA_REFLECTED = 0xC96C5795D7870F42  # the polynomial `ECMA` of Go's hash/crc64
TABLE = []
for byte in range(256):
    value = byte
    for _ in range(8):
        value = value >> 1 ^ (ECMA_REFLECTED if value & 1 else 0)
    TABLE.append(value)


class Collection(TypedDict):
    metadata: str
    documents: list[dict[str, Any]]


def crc64(data: bytes) -> int:
    """Return the sum that Go's crc64.New(crc64.MakeTable(crc64.ECMA)) gives, as a signed integer."""
    crc = 2**64 - 1
    for each in data:
        crc = TABLE[(crc ^ each) & 255] ^ crc >> 8
    crc ^= 2**64 - 1
    return crc - 2**64 if crc >= 2**63 else crc


def read_archive(data: bytes) -> dict[tuple[str, str], Collection]:
    """Return the collections of an archive by database and name."""
    file = io.BytesIO(data)
    assert file.read(4) == bytes.fromhex("6de29981")
    header, *prelude = read_block(file)
    assert bson.decode(header)["version"] == "0.1"
    assert all(part.isdecimal() for part in bson.decode(header)["server_version"].split("."))
    collections: dict[tuple[str, str], Collection] = {}
    for each in map(bson.decode, prelude):
        assert each["type"] == "collection"
        collections[each["db"], each["collection"]] = {"metadata": each["metadata"], "documents": []}
    raw = dict.fromkeys(collections, b"")
    ended = set()
    while file.tell() < len(data):
        first, *documents = read_block(file)
        opening = bson.decode(first)
        place = opening["db"], opening["collection"]
        assert place in collections
        assert place not in ended
        raw[place] += b"".join(documents)
        collections[place]["documents"] += map(bson.decode, documents)
        if opening["EOF"]:
            assert not documents
            assert opening["CRC"] == crc64(raw[place])
            ended.add(place)
    assert ended == set(collections)
    return collections


def read_block(file: io.BytesIO) -> list[bytes]:
    """Return the documents before the next terminator, at least one."""
    found = []
    while (size := file.read(4)) != b"\xff" * 4:
        assert 5 <= int.from_bytes(size, "little") <= MAXIMUM
        rest = file.read(int.from_bytes(size, "little") - 4)
        assert len(rest) == int.from_bytes(size, "little") - 4
        assert rest.endswith(b"\0")
        found.append(size + rest)
    assert found
    return found


def read_backup(path: Path) -> tuple[dict[str, Any], str, list[dict[str, Any]]]:
    """Return the organization in a backup, and its collection's name and documents."""
    collections = read_archive(path.read_bytes())
    named = {name: found["documents"] for (_, name), found in collections.items()}
    (organization,) = named.pop("organizations")
    (member,) = named.pop("members")
    (account,) = named.pop("accounts")
    assert (member["organization_id"], member["account_id"]) == (organization["_id"], account["_id"])
    ((collection, documents),) = named.items()
    return organization, collection, documents
