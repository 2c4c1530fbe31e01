"""An archive is mongodump's format, and one that was altered anywhere is refused."""

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import json_util
from hypothesis import given
from hypothesis import strategies as st

from cli.backups import archive, reader
from cli.backups.errors import DamagedBackup
from cli.backups.reader import Reader
from tests.support import mongodump
from tests.support.mongodump import SEAL, read_archive

ARCHIVES = Path(__file__).parents[2] / "archives"
TAKEN_AT = datetime(2026, 11, 29, tzinfo=UTC)
DESCRIPTION = {
    "options": {},
    "indexes": [{"v": 2, "key": {"_id": 1}, "name": "_id_"}],
    "uuid": "00" * 16,
    "type": "collection",
}


def encoded(*collections: list[dict[str, Any]]) -> bytes:
    contents = [
        (
            archive.described("db", f"c{number}", DESCRIPTION),
            [bson.encode(document) for document in documents],
        )
        for number, documents in enumerate(collections)
    ]
    return b"".join(archive.encode("6.0.5", TAKEN_AT, contents))


def decoded(data: bytes) -> dict[str, list[dict[str, Any]]]:
    archive_reader = Reader(io.BytesIO(data))
    raw: dict[str, list[bytes]] = {namespace.collection: [] for namespace in archive_reader.namespaces}
    for namespace, batch in archive_reader.batches():
        assert batch
        raw[namespace.collection] += batch
    assert (archive_reader.bytes_read, archive_reader.taken_at) == (len(data), TAKEN_AT)
    return {name: [*map(bson.decode, documents)] for name, documents in raw.items()}


documents = st.lists(st.fixed_dictionaries({"_id": st.integers(0, 9), "data": st.binary(max_size=200)}))


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    """Let documents lie across the bounds of what is read at once."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(reader, "CHUNK_BYTES", 64)
        yield


@given(st.lists(documents, min_size=1, max_size=4))
def test_what_is_written_is_read(collections: list[list[dict[str, Any]]]) -> None:
    data = encoded(*collections)
    expected = {f"c{number}": contents for number, contents in enumerate(collections)}
    assert decoded(data) == expected
    contents = {name: collection["documents"] for (_, name), collection in read_archive(data).items()}
    assert [*contents] == [*expected, SEAL]
    about, checksum = contents.pop(SEAL)
    assert contents == expected
    assert about == {"_id": "about", "taken_at": TAKEN_AT.replace(tzinfo=None)}
    at = data.rindex(bson.encode(checksum))
    assert checksum == {"_id": "SHA256", "checksum": hashlib.sha256(data[:at]).digest()}


def test_metadata_are_those_of_mongodump() -> None:
    collection, _ = read_archive(encoded([])).values()
    metadata = json.loads(collection["metadata"])
    assert metadata == json.loads(
        json_util.dumps(DESCRIPTION, json_options=json_util.CANONICAL_JSON_OPTIONS)
    ) | {"collectionName": "c0"}


def test_a_field_that_the_tools_do_not_know_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of the tests is as strict as mongorestore, which refuses what `tenantry-1` wrote."""
    data = (ARCHIVES / "tenantry-1.archive").read_bytes()
    monkeypatch.setitem(mongodump.COLLECTION, "description", dict)
    with pytest.raises(AssertionError, match=r"fields are \['db', 'collection', 'EOF', 'CRC', 'SHA256'\]"):
        read_archive(data)


SAMPLE = encoded([{"_id": 1, "data": b"some"}], [], [{"_id": 1}, {"_id": 2, "data": b"more"}])


def test_flipped_bit_is_found() -> None:
    for position in range(8 * len(SAMPLE)):
        damaged = bytearray(SAMPLE)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(DamagedBackup):
            decoded(bytes(damaged))


def test_missing_end_is_found() -> None:
    for length in range(len(SAMPLE)):
        with pytest.raises(DamagedBackup):
            decoded(SAMPLE[:length])


@given(at=st.integers(0, len(SAMPLE)), data=st.binary(min_size=1, max_size=40))
def test_inserted_bytes_are_found(at: int, data: bytes) -> None:
    with pytest.raises(DamagedBackup):
        decoded(SAMPLE[:at] + data + SAMPLE[at:])


@given(st.binary(max_size=400))
def test_anything_else_is_refused(data: bytes) -> None:
    for start in (b"", archive.MAGIC, SAMPLE[:100]):
        with pytest.raises(DamagedBackup):
            decoded(start + data)


def test_end_of_another_archive_is_found() -> None:
    """Each block is intact by itself, so that only the checksum of the whole can tell."""
    first, second = encoded([{"_id": 1}], [{"_id": 2}]), encoded([{"_id": 3}], [{"_id": 2}])
    assert len(first) == len(second)
    at = first.rindex(bson.encode({"_id": 2}))
    with pytest.raises(DamagedBackup):
        decoded(first[:at] + second[at:])
