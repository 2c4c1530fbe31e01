"""What the checks of the master's documents have in common."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cli.connection import Databases


class Documents:
    """All documents of one collection of the master database, whose name a subclass gives."""

    name: str

    def __init__(self, databases: Databases) -> None:
        self._master = databases.master
        self._documents = self._master[self.name]

    def count(self) -> int:
        """Return about how many there are."""
        return self._documents.estimated_document_count()

    def keys(self) -> Iterator[Any]:
        """Yield their ids."""
        for document in self._documents.find({}, {"_id": 1}).sort("_id", 1):
            yield document["_id"]


class DocumentsInTime(Documents):
    """All documents of one collection, of which something ends or is due.

    Parameters
    ----------
    databases : Databases
        Where they are.
    now : datetime
        By the server's clock.
    """

    def __init__(self, databases: Databases, now: datetime) -> None:
        super().__init__(databases)
        self._now = now
