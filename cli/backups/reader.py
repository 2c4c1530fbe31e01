"""Reading an archive, which trusts no byte of it before the checksum at its end."""

import hashlib
from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO, Final

import bson
from bson.errors import InvalidBSON
from fastcrc import crc64

from cli.backups import archive
from cli.backups.errors import DamagedBackup

MIN_DOCUMENT_BYTES: Final = 5
MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024 + 16 * 1024  # the tools' bound; a server's document fits in
CHUNK_BYTES: Final = 4 * 1024 * 1024
SIZE: Final = Struct("<i")


class Reader:
    """An archive that `archive.encode` has made, read once from beginning to end.

    Parameters
    ----------
    file : BinaryIO
        The archive, at its beginning.

    Raises
    ------
    DamagedBackup
        It does not begin as such an archive does.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._stream = _Stream(file)
        if self._stream.take(len(archive.MAGIC)) != archive.MAGIC:
            raise DamagedBackup("is no backup of Tenantry")
        if _decoded(self._stream.document()).get("tool_version") != archive.TOOL_VERSION:
            raise DamagedBackup("is no backup of Tenantry")
        self.namespaces = [_namespace(data) for data in iter(self._stream.document, b"")]

    @property
    def bytes_read(self) -> int:
        """How much of the archive has been handed out."""
        return self._stream.bytes_taken

    def batches(self) -> Iterator[tuple[archive.Namespace, list[bytes]]]:
        """Yield the documents of one collection after the other, each as BSON, some at a time.

        Only when the iterator has ended is it certain that all that it yielded was right.

        Raises
        ------
        DamagedBackup
            A byte is wrong, missing or too much.
        """
        for number, namespace in enumerate(self.namespaces, 1):
            self._expect(archive.beginning(namespace))
            crc = 0
            while batch := self._stream.documents():
                crc = crc64.xz(b"".join(batch), crc)
                yield namespace, batch
            self._expect(archive.TERMINATOR)
            checksum = self._stream.checksum.digest() if number == len(self.namespaces) else None
            self._expect(archive.end(namespace, crc, checksum) + archive.TERMINATOR)
        if not self._stream.at_end():
            raise _damaged()

    def _expect(self, data: bytes) -> None:
        if self._stream.take(len(data)) != data:
            raise _damaged()


class _Stream:
    """The bytes of an archive, in documents."""

    def __init__(self, file: BinaryIO) -> None:
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


def _decoded(data: bytes) -> archive.Document:
    try:
        return bson.decode(data, archive.EXACT)
    except InvalidBSON:
        raise _damaged() from None


def _namespace(data: bytes) -> archive.Namespace:
    found = _decoded(data)
    try:
        return archive.Namespace(found["db"], found["collection"], found["description"])
    except KeyError:
        raise _damaged() from None


def _damaged() -> DamagedBackup:
    return DamagedBackup("is damaged or incomplete")
