"""Following what changes at the source of a move.

An event only tells which document changed; what it is now is read from the source. So it does not matter in
what order changes are seen, or how often.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bson import Timestamp
from bson.raw_bson import RawBSONDocument
from pymongo.change_stream import ChangeStream

from tenantry.lifecycle.moves.errors import MoveLost
from tenantry.runtime.mongodb import Document
from tenantry.storage.raw.documents import RawDocuments
from tenantry.storage.raw.encoding import DocumentId

OF_DOCUMENTS: Final = frozenset({"insert", "update", "replace", "delete"})
OF_INDEXES: Final = frozenset({"create", "createIndexes", "dropIndexes"})
BARRIER: Final = "modify"


class Changes:
    """What has changed at the source since a moment.

    Parameters
    ----------
    source : RawDocuments
        Where it happened.
    stream : ChangeStream
        From `RawDocuments.watch`.
    """

    def __init__(self, source: RawDocuments, stream: ChangeStream[RawBSONDocument]) -> None:
        self._source = source
        self._stream = stream
        self.barrier = Timestamp(0, 0)
        """When the last barrier that was seen went up; every change before it has been seen, too."""

    @property
    def resume_token(self) -> Document:
        """Where another can follow from; all that was changed before has been seen."""
        return dict(self._stream.resume_token or {})

    def seen(self, limit: int) -> set[DocumentId]:
        """Return the ids of documents that have changed, of so many events at most; waits for none."""
        ids = set()
        for _ in range(limit):
            event = self._stream.try_next()
            if event is None:
                break
            if event["operationType"] in OF_DOCUMENTS:
                ids.add(self._source.id_in(event))
            else:
                self._note(event)
        return ids

    def _note(self, event: RawBSONDocument) -> None:
        if event["operationType"] == BARRIER:
            self.barrier = event["clusterTime"]
        elif event["operationType"] not in OF_INDEXES:
            raise MoveLost  # the source was dropped or renamed, so the organization was deleted


@contextmanager
def followed(source: RawDocuments, resume_token: Document | None) -> Iterator[Changes]:
    """Follow a source from now on, or from behind a resume token, for the length of a `with` block.

    Raises
    ------
    pymongo.errors.OperationFailure
        The server does not have the changes since the token any more.
    """
    with source.watch(resume_token) as stream:
        yield Changes(source, stream)
