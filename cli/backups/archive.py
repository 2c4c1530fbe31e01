"""Archives as `mongodump --archive` writes them, whose last collection is a checksum of all before it.

The format is that of common/archive/spec.md in MongoDB's tools (github.com/mongodb/mongo-tools). Since
100.14.0 they refuse unknown fields in headers. So what Tenantry adds are documents, in a collection that no
database holds: `about` with the time of the backup, and `SHA256` with the checksum of all bytes before it.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import bson
from bson import Binary, CodecOptions, Int64
from bson.codec_options import DatetimeConversion
from fastcrc import crc64

from tenantry.language import extended_json

MAGIC: Final = (0x8199E26D).to_bytes(4, "little")
TERMINATOR: Final = b"\xff" * 4
FORMAT_VERSION: Final = "0.1"
TOOL_VERSION: Final = "tenantry-2"
SEAL: Final = "tenantry_backup"
"""Name of the collection that holds the checksum; listed in the database of the first collection."""

EXACT: Final = CodecOptions[dict[str, Any]](datetime_conversion=DatetimeConversion.DATETIME_MS)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Namespace:
    """A collection in an archive.

    Parameters
    ----------
    database, collection : str
        Its name when it was backed up.
    metadata : str
        Options, indexes, identity and type as mongodump describes a collection, in canonical Extended JSON.
    """

    database: str
    collection: str
    metadata: str


def described(database: str, collection: str, description: Document) -> Namespace:
    """Make a namespace of `options`, `indexes`, `uuid` (in hexadecimal digits) and `type`."""
    metadata = description | {"collectionName": collection}
    return Namespace(database, collection, extended_json.encode(metadata, canonical=True))


Contents = Sequence[tuple[Namespace, Iterable[bytes]]]


def encode(server_version: str, taken_at: datetime, contents: Contents) -> Iterator[bytes]:
    """Yield an archive piece by piece.

    Parameters
    ----------
    server_version : str
        The server's version, which the tools want to know.
    taken_at : datetime
        The moment before everything in the archive was read, by the server's clock.
    contents : sequence of (Namespace, iterable of bytes)
        The collections, each with its documents as BSON in pieces of whole documents.
    """
    checksum = hashlib.sha256()
    seal = _seal(contents[0][0].database)
    about = bson.encode({"_id": "about", "taken_at": taken_at})
    for piece in _unsealed(server_version, contents, seal, about):
        checksum.update(piece)
        yield piece
    yield ending(seal, about, checksum.digest())


def _unsealed(server_version: str, contents: Contents, seal: Namespace, about: bytes) -> Iterator[bytes]:
    listed = [*(namespace for namespace, _ in contents), seal]
    yield MAGIC + _header(server_version) + b"".join(map(_listed, listed)) + TERMINATOR
    for namespace, pieces in contents:
        yield from _collection(namespace, pieces)
    yield beginning(seal) + about


def _seal(database: str) -> Namespace:
    description = {
        "options": {},
        "indexes": [{"v": 2, "key": {"_id": 1}, "name": "_id_"}],
        "uuid": uuid.uuid4().hex,
        "type": "collection",
    }
    return described(database, SEAL, description)


def _header(server_version: str) -> bytes:
    return bson.encode(
        {
            "concurrent_collections": 1,
            "version": FORMAT_VERSION,
            "server_version": server_version,
            "tool_version": TOOL_VERSION,
        }
    )


def _listed(namespace: Namespace) -> bytes:
    return bson.encode(
        {
            "db": namespace.database,
            "collection": namespace.collection,
            "metadata": namespace.metadata,
            "size": 0,
            "type": "collection",
        }
    )


def _collection(namespace: Namespace, pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield beginning(namespace)
    crc = 0
    for piece in pieces:
        crc = crc64.xz(piece, crc)
        yield piece
    yield TERMINATOR + end(namespace, crc) + TERMINATOR


def beginning(namespace: Namespace) -> bytes:
    """Return the header before a collection's documents."""
    return _namespace_header(namespace, ended=False, crc=0)


def end(namespace: Namespace, crc: int, **extra: Binary) -> bytes:
    """Return the header after a collection's documents."""
    return _namespace_header(namespace, ended=True, crc=crc, **extra)


def ending(seal: Namespace, about: bytes, checksum: bytes) -> bytes:
    """Return what follows `about` in the last collection: the checksum of all before, and the end."""
    document = bson.encode({"_id": "SHA256", "checksum": Binary(checksum)})
    return document + TERMINATOR + end(seal, crc64.xz(about + document)) + TERMINATOR


def _namespace_header(namespace: Namespace, *, ended: bool, crc: int, **extra: Binary) -> bytes:
    signed = crc - 2**64 if crc >= 2**63 else crc
    place = {"db": namespace.database, "collection": namespace.collection}
    return bson.encode(place | {"EOF": ended, "CRC": Int64(signed)} | extra)
