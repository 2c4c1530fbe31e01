"""What a backup holds, read twice: first to check all of it, then to load the documents."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import bson
from bson import CodecOptions

from cli.backups.archive import Document, Namespace
from cli.backups.errors import DamagedBackup
from cli.backups.reader import Reader
from cli.backups.snapshot import MASTER_COLLECTIONS
from cli.checker import Advance

MASTER_CODEC: Final = CodecOptions[Document](tz_aware=True)


@dataclass(frozen=True, slots=True)
class Content:
    """A backup without the collection's documents."""

    organization: Document
    accounts: list[Document]
    tenant: Namespace


class Source:
    """A backup that can be read again from its start.

    Parameters
    ----------
    file : BinaryIO
        Where it is.
    name : str
        What an operator calls it.
    advance : Advance
        Called with the number of bytes as the reading goes on.
    """

    def __init__(self, file: BinaryIO, name: str, advance: Advance) -> None:
        self._file = file
        self._name = name
        self._advance = advance
        self._size = file.seek(0, os.SEEK_END)

    def checked(self) -> Content:
        """Read all of the backup.

        Raises
        ------
        DamagedBackup
            It is not as it was written.
        """
        raw: dict[str, list[bytes]] = {name: [] for name in MASTER_COLLECTIONS}
        reader = self._opened()
        for namespace, batch in self._batches(reader, "Checking"):
            if namespace is not reader.namespaces[-1]:
                raw[namespace.collection] += batch
        master = {name: [bson.decode(data, MASTER_CODEC) for data in found] for name, found in raw.items()}
        if len(master["organizations"]) != 1:
            raise self._damaged("is no backup of one organization")
        return Content(master["organizations"][0], master["accounts"], reader.namespaces[-1])

    def documents(self) -> Iterator[list[bytes]]:
        """Yield the collection's documents as BSON, some at a time.

        Raises
        ------
        DamagedBackup
            The backup is not any more what it was when it was checked.
        """
        reader = self._opened()
        for namespace, batch in self._batches(reader, "Loading"):
            if namespace is reader.namespaces[-1]:
                yield batch

    def _opened(self) -> Reader:
        self._file.seek(0)
        try:
            reader = Reader(self._file)
        except DamagedBackup as error:
            raise self._damaged(str(error)) from None
        if [each.collection for each in reader.namespaces[:-1]] != [*MASTER_COLLECTIONS]:
            raise self._damaged("is no backup of one organization")
        return reader

    def _batches(self, reader: Reader, what: str) -> Iterator[tuple[Namespace, list[bytes]]]:
        try:
            for namespace, batch in reader.batches():
                yield namespace, batch
                self._advance(what, reader.bytes_read, self._size)
        except DamagedBackup as error:
            raise self._damaged(str(error)) from None

    def _damaged(self, what: str) -> DamagedBackup:
        return DamagedBackup(f"{self._name} {what}; nothing was changed, use another backup")
