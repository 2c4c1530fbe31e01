"""Reading an archive, which trusts no byte of it before the checksum at its end."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from struct import Struct
from typing import Final

import bson
from bson import Binary, CodecOptions
from bson.errors import InvalidBSON
from fastcrc import crc64

from cli.backups import archive
from cli.backups.archive import Document, Namespace
from cli.backups.errors import DamagedBackup
from cli.backups.streams import ReadableTwice

MIN_DOCUMENT_BYTES: Final = 5
MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024  # of a server, and of the tools
MAX_NAMESPACES: Final = 5  # three of the master database, the tenant's, and the seal
CHUNK_BYTES: Final = 4 * 1024 * 1024
SIZE: Final = Struct("<i")
PYTHON: Final = CodecOptions[Document](tz_aware=True)

SEALED_IN_HEADER: Final = "tenantry-1"
"""Tool that put the checksum into the last header, which MongoDB's tools refuse since 100.14.0."""


class Reader:
    """An archive that `tenantry backup` has made, read once from beginning to end.

    Parameters
    ----------
    file : ReadableTwice
        The archive, at its beginning.

    Raises
    ------
    DamagedBackup
        It does not begin as such an archive does.
    """

    def __init__(self, file: ReadableTwice) -> None:
        self._stream = _Stream(file)
        self._seal: Namespace | None = None
        self.taken_at: datetime | None = None
        """When the backup was made, once all of it is read; None if it does not say that."""
        if self._stream.take(len(archive.MAGIC)) != archive.MAGIC:
            raise DamagedBackup("is no backup of Tenantry")
        tool = decoded(self._stream.document()).get("tool_version")
        if tool not in (archive.TOOL_VERSION, SEALED_IN_HEADER):
            raise DamagedBackup("is no backup of Tenantry")
        self.namespaces = self._listed()
        if tool == archive.TOOL_VERSION:
            self._seal = self.namespaces.pop()
            if self._seal.collection != archive.SEAL:
                raise _damaged()

    def _listed(self) -> list[Namespace]:
        listed = []
        while data := self._stream.document():
            listed.append(_namespace(data))
            if len(listed) > MAX_NAMESPACES:
                raise DamagedBackup("is no backup of one organization")
        if len(listed) < 2:  # noqa: PLR2004 - something, and the seal
            raise DamagedBackup("is no backup of one organization")
        return listed

    @property
    def bytes_read(self) -> int:
        """How much of the archive has been handed out."""
        return self._stream.bytes_taken

    def batches(self) -> Iterator[tuple[Namespace, list[bytes]]]:
        """Yield the documents of one collection after the other, each as BSON, some at a time.

        Only when the iterator has ended is it certain that all that it yielded was right.

        Raises
        ------
        DamagedBackup
            A byte is wrong, missing or too much.
        """
        for namespace in self.namespaces:
            self._expect(archive.beginning(namespace))
            crc = 0
            while batch := self._stream.documents():
                crc = crc64.xz(b"".join(batch), crc)
                yield namespace, batch
            self._expect(archive.TERMINATOR)
            is_sealed = self._seal is None and namespace is self.namespaces[-1]
            checksum = {"SHA256": Binary(self._stream.checksum.digest())} if is_sealed else {}
            self._expect(archive.end(namespace, crc, **checksum) + archive.TERMINATOR)
        if self._seal is not None:
            self._check_seal(self._seal)
        if not self._stream.at_end():
            raise _damaged()

    def _check_seal(self, seal: Namespace) -> None:
        self._expect(archive.beginning(seal))
        about = self._stream.document()
        self._expect(archive.ending(seal, about, self._stream.checksum.digest()))
        taken_at = decoded(about).get("taken_at")
        if not isinstance(taken_at, datetime):
            raise _damaged()
        self.taken_at = taken_at

    def _expect(self, data: bytes) -> None:
        if self._stream.take(len(data)) != data:
            raise _damaged()


class _Stream:
    """The bytes of an archive, in documents."""

    def __init__(self, file: ReadableTwice) -> None:
        self._file = file
        self._buffer = b""
        self._position = 0
        self.checksum = hashlib.sha256()
        self.bytes_taken = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes; fewer than asked for only at the end."""
        self._fill(size)
        data = self._buffer[self._position : self._position + size]
        self._position += len(data)
        self.bytes_taken += len(data)
        self.checksum.update(data)
        return data

    def document(self) -> bytes:
        """Return the next document; nothing for a terminator."""
        size = self._next_size()
        return self.take(size) if size else self.take(len(archive.TERMINATOR))[:0]

    def documents(self) -> list[bytes]:
        """Return the documents that are at hand, at least one; none before a terminator."""
        size = self._next_size()
        self._fill(size)
        start = end = self._position
        documents = []
        while size and end + size <= len(self._buffer):
            documents.append(self._buffer[end : end + size])
            end += size
            size = self._size_at(end) if end + SIZE.size <= len(self._buffer) else 0
        self.take(end - start)
        return documents

    def at_end(self) -> bool:
        """Tell whether nothing follows."""
        return not self.take(1)

    def _next_size(self) -> int:
        self._fill(SIZE.size)
        if len(self._buffer) - self._position < SIZE.size:
            raise _damaged()
        size = self._size_at(self._position)
        self._fill(size)
        if len(self._buffer) - self._position < size:
            raise _damaged()
        return size

    def _size_at(self, position: int) -> int:
        """Return the size of the document at a position of the buffer; 0 for a terminator."""
        (size,) = SIZE.unpack_from(self._buffer, position)
        if size == -1:
            return 0
        if not MIN_DOCUMENT_BYTES <= size <= MAX_DOCUMENT_BYTES:
            raise _damaged()
        return int(size)

    def _fill(self, size: int) -> None:
        while len(self._buffer) - self._position < size and (read := self._file.read(CHUNK_BYTES)):
            self._buffer = self._buffer[self._position :] + read
            self._position = 0


def decoded(data: bytes, codec: CodecOptions[Document] = PYTHON) -> Document:
    """Decode a document.

    Raises
    ------
    DamagedBackup
        It is none.
    """
    try:
        return bson.decode(data, codec)
    except InvalidBSON:
        raise _damaged() from None


def _namespace(data: bytes) -> Namespace:
    header = decoded(data)
    texts = [header.get(name) for name in ("db", "collection", "metadata")]
    database, collection, metadata = (text if isinstance(text, str) else "" for text in texts)
    if not (database and collection and metadata):
        raise _damaged()
    return Namespace(database, collection, metadata)


def _damaged() -> DamagedBackup:
    return DamagedBackup("is damaged or incomplete")
