"""Archives as `mongodump --archive` writes them, in which a checksum guards every byte.

The format is that of common/archive/spec.md in MongoDB's tools (github.com/mongodb/mongo-tools). They decode
headers into fixed structures and pass over fields that these lack, so two fields are added: `description`
holds options and indexes as BSON, since extended JSON cannot tell every query operator from a value, and
`SHA256` in the last header is the checksum of all bytes before that header.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import bson
from bson import Binary, CodecOptions, Int64, json_util
from bson.codec_options import DatetimeConversion
from fastcrc import crc64

MAGIC: Final = (0x8199E26D).to_bytes(4, "little")
TERMINATOR: Final = b"\xff" * 4
FORMAT_VERSION: Final = "0.1"
TOOL_VERSION: Final = "tenantry-1"
EXACT: Final = CodecOptions[dict[str, Any]](datetime_conversion=DatetimeConversion.DATETIME_MS)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Namespace:
    """A collection in an archive.

    Parameters
    ----------
    database, collection : str
        Its name when it was backed up.
    description : dict
        `options`, `indexes`, `uuid` (in hexadecimal digits) and `type`, as mongodump describes a collection.
    """

    database: str
    collection: str
    description: Document


Contents = Sequence[tuple[Namespace, Iterable[bytes]]]


def encode(server_version: str, contents: Contents) -> Iterator[bytes]:
    """Yield an archive piece by piece.

    Parameters
    ----------
    server_version : str
        The server's version, which the tools want to know.
    contents : sequence of (Namespace, iterable of bytes)
        The collections, each with its documents as BSON in pieces of whole documents.
    """
    checksum = hashlib.sha256()
    for piece in _unsealed(server_version, contents, checksum):
        checksum.update(piece)
        yield piece


def _unsealed(server_version: str, contents: Contents, checksum: Any) -> Iterator[bytes]:
    """Yield the pieces, of which `checksum` is that of all before."""
    prelude = b"".join(_metadata(namespace) for namespace, _ in contents)
    yield MAGIC + _header(server_version) + prelude + TERMINATOR
    for number, (namespace, pieces) in enumerate(contents, 1):
        yield beginning(namespace)
        crc = 0
        for piece in pieces:
            crc = crc64.xz(piece, crc)
            yield piece
        yield TERMINATOR
        yield end(namespace, crc, checksum.digest() if number == len(contents) else None) + TERMINATOR


def _header(server_version: str) -> bytes:
    return bson.encode(
        {
            "concurrent_collections": 1,
            "version": FORMAT_VERSION,
            "server_version": server_version,
            "tool_version": TOOL_VERSION,
        }
    )


def _metadata(namespace: Namespace) -> bytes:
    description = namespace.description | {"collectionName": namespace.collection}
    return bson.encode(
        {
            "db": namespace.database,
            "collection": namespace.collection,
            "metadata": json_util.dumps(description, json_options=json_util.CANONICAL_JSON_OPTIONS),
            "size": 0,
            "type": "collection",
            "description": namespace.description,
        }
    )


def beginning(namespace: Namespace) -> bytes:
    """Return the header before a collection's documents."""
    return _namespace_header(namespace, ended=False, crc=0)


def end(namespace: Namespace, crc: int, checksum: bytes | None) -> bytes:
    """Return the header after a collection's documents; the last one holds the archive's checksum."""
    extra = {} if checksum is None else {"SHA256": Binary(checksum)}
    return _namespace_header(namespace, ended=True, crc=crc, **extra)


def _namespace_header(namespace: Namespace, *, ended: bool, crc: int, **extra: Binary) -> bytes:
    signed = crc - 2**64 if crc >= 2**63 else crc
    place = {"db": namespace.database, "collection": namespace.collection}
    return bson.encode(place | {"EOF": ended, "CRC": Int64(signed)} | extra)
