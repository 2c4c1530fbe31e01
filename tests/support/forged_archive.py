"""An archive taken apart, changed in any way, and sealed again: as anybody can do who can write the file."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import bson
from bson import Binary, CodecOptions, Int64
from bson.codec_options import DatetimeConversion
from fastcrc import crc64

from tests.support.mongodump import read_block

MAGIC = bytes.fromhex("6de29981")
TERMINATOR = b"\xff" * 4
EXACT = CodecOptions[dict[str, Any]](tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO)


@dataclass
class ForgedArchive:
    """The parts of an archive.

    Parameters
    ----------
    header : dict
        What it says about itself.
    listed : list of dict
        The collections as they are listed, the seal last.
    documents : dict
        The documents of each collection as BSON, by its name; of the seal, `about` alone.
    """

    header: dict[str, Any]
    listed: list[dict[str, Any]]
    documents: dict[str, list[bytes]]

    @classmethod
    def read(cls, data: bytes) -> "ForgedArchive":
        """Take an archive apart."""
        file = io.BytesIO(data[len(MAGIC) :])
        header, *listed = (bson.decode(document, EXACT) for document in read_block(file))
        documents = {}
        while file.tell() < len(data) - len(MAGIC):
            namespace_header, *block = read_block(file)
            documents[bson.decode(namespace_header)["collection"]] = block
            read_block(file)
        documents[listed[-1]["collection"]].pop()
        return cls(header, listed, documents)

    def change(self, collection: str, number: int = 0, /, **fields: Any) -> None:
        """Set fields of one of a collection's documents."""
        document = bson.decode(self.documents[collection][number], EXACT)
        self.documents[collection][number] = bson.encode(document | fields)

    @property
    def names(self) -> list[str]:
        """The collections' names as they were, in their order."""
        return [*self.documents]

    def sealed(self) -> bytes:
        """Return the archive with correct checksums."""
        listed = b"".join(map(bson.encode, self.listed))
        data = MAGIC + bson.encode(self.header) + listed + TERMINATOR
        for place, (name, documents) in zip(self.listed, self.documents.items(), strict=False):
            data += _namespace_header(place, ended=False, crc=0) + b"".join(documents)
            checksum = []
            if name == self.names[-1]:
                digest = Binary(hashlib.sha256(data).digest())
                checksum = [bson.encode({"_id": "SHA256", "checksum": digest})]
            content = b"".join([*documents, *checksum])
            data += b"".join([*checksum, TERMINATOR])
            data += _namespace_header(place, ended=True, crc=crc64.xz(content)) + TERMINATOR
        return data


def _namespace_header(place: dict[str, Any], *, ended: bool, crc: int) -> bytes:
    named = {"db": place.get("db"), "collection": place.get("collection")}
    signed = int.from_bytes(crc.to_bytes(8), signed=True)
    return bson.encode(named | {"EOF": ended, "CRC": Int64(signed)})
