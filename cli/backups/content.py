"""What a backup holds, read twice: first to check all of it, then to load the documents.

Nothing in a backup is trusted: whoever can write its file can seal it anew. So all that is taken from it has
passed the rules for what clients send.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from cli.backups import indexes
from cli.backups.archive import EXACT, Document, Namespace
from cli.backups.backed_up import Account, Master, Organization
from cli.backups.errors import DamagedBackup, reason
from cli.backups.indexes import ForeignCollection, TenantIndex
from cli.backups.reader import Reader, decoded
from cli.backups.snapshot import MASTER_COLLECTIONS
from cli.backups.streams import ReadableTwice
from cli.checker import Advance
from tenantry.identity.roles import Role

MAX_MASTER_BYTES: Final = 4 * 1024 * 1024  # of an organization's document, its members and their accounts
NO_BACKUP: Final = "is no backup of one organization"


@dataclass(frozen=True, slots=True)
class Content:
    """A backup without the collection's documents.

    Parameters
    ----------
    organization : Organization
        Its document.
    owners : list of Account
        Its owners.
    colleagues : list of (Account, Role)
        Its other members, with their roles.
    indexes : list of TenantIndex
        Those of its collection, without the one on `_id`.
    taken_at : datetime
        When the backup was made; the organization's last change, if it does not say that.
    """

    organization: Organization
    owners: list[Account]
    colleagues: list[tuple[Account, Role]]
    indexes: list[TenantIndex]
    taken_at: datetime


class Source:
    """A backup that can be read again from its start.

    Parameters
    ----------
    file : ReadableTwice
        Where it is.
    name : str
        What an operator calls it.
    advance : Advance
        Called with the number of bytes as the reading goes on.
    """

    def __init__(self, file: ReadableTwice, name: str, advance: Advance) -> None:
        self._file = file
        self._name = name
        self._advance = advance
        self._size = file.seek(0, os.SEEK_END)

    def checked(self) -> Content:
        """Read all of the backup.

        Raises
        ------
        DamagedBackup
            It is not as it was written, or not what `tenantry backup` writes.
        """
        with self._named():
            reader = self._opened()
            master = self._master(reader)
            tenant_indexes = indexes.checked(reader.namespaces[-1].metadata)
            taken_at = reader.taken_at or master.organization.updated_at
            return Content(master.organization, master.owners, master.colleagues, tenant_indexes, taken_at)

    def documents(self) -> Iterator[list[bytes]]:
        """Yield the collection's documents as BSON, some at a time.

        Raises
        ------
        DamagedBackup
            The backup has changed since it was checked.
        """
        with self._named():
            reader = self._opened()
            for namespace, batch in self._batches(reader, "Loading"):
                if namespace is reader.namespaces[-1]:
                    yield batch

    def _opened(self) -> Reader:
        self._file.seek(0)
        reader = Reader(self._file)
        if [namespace.collection for namespace in reader.namespaces[:-1]] != [*MASTER_COLLECTIONS]:
            raise DamagedBackup(NO_BACKUP)
        return reader

    def _master(self, reader: Reader) -> Master:
        """Check all documents; return those that were in the master database."""
        master: dict[str, list[Document]] = {name: [] for name in MASTER_COLLECTIONS}
        size = 0
        for namespace, batch in self._batches(reader, "Checking"):
            if namespace is reader.namespaces[-1]:
                _check_documents(batch)
                continue
            size += sum(map(len, batch))
            if size > MAX_MASTER_BYTES:
                raise DamagedBackup(f"{NO_BACKUP}: there is too much beside its collection")
            master[namespace.collection] += [decoded(data) for data in batch]
        try:
            return Master.model_validate(master)
        except ValidationError as error:
            raise DamagedBackup(f"{NO_BACKUP}: {reason(error)}") from None

    def _batches(self, reader: Reader, what: str) -> Iterator[tuple[Namespace, list[bytes]]]:
        for namespace, batch in reader.batches():
            yield namespace, batch
            self._advance(what, reader.bytes_read, self._size)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name the backup in what is wrong with it."""
        try:
            yield
        except ForeignCollection as error:
            raise self._damaged(f"has a collection such as Tenantry makes none: {error}") from None
        except DamagedBackup as error:
            raise self._damaged(str(error)) from None

    def _damaged(self, what: str) -> DamagedBackup:
        return DamagedBackup(f"{self._name} {what}; nothing was changed, use another backup")


def _check_documents(batch: list[bytes]) -> None:
    for data in batch:
        if "_id" not in decoded(data, EXACT):
            raise DamagedBackup("holds a document without _id")
