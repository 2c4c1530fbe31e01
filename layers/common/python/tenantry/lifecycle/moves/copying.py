"""Copying documents while they change, and comparing the copies with their originals.

A document may change a moment after it was copied or compared. Then an event of the change is still to come,
and the document is copied and compared again. So once all events are seen and nothing is pending, each
document has been compared after its last change.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError, DocumentTooLarge

from tenantry.lifecycle.moves.changes import Changes
from tenantry.lifecycle.moves.errors import MoveImpossible
from tenantry.runtime import server_errors
from tenantry.storage.raw import encoding
from tenantry.storage.raw.documents import MAX_BATCH_DOCUMENTS, RawDocuments
from tenantry.storage.raw.encoding import DocumentId, id_of

CHECKSUM_BYTES: Final = 7  # so that MongoDB's integers hold it


@dataclass(slots=True)
class Tally:
    """How many documents a pass has read, how many bytes they have, and the sum of their digests."""

    documents: int = 0
    size: int = 0
    checksum: int = 0

    def add(self, documents: Iterable[RawBSONDocument]) -> None:
        """Count documents."""
        for document in documents:
            digest = hashlib.blake2b(document.raw, digest_size=CHECKSUM_BYTES).digest()
            self.documents += 1
            self.size += len(document.raw)
            self.checksum = (self.checksum + int.from_bytes(digest)) % 2 ** (8 * CHECKSUM_BYTES)


@dataclass(slots=True)
class Copy:
    """What a move makes of its source at its target.

    Parameters
    ----------
    source, target : RawDocuments
        From where and to where.
    changes : Changes
        Of the source, since before the first document was copied.
    verify : callable
        Raises if this process does not hold the move any more; called before anything is committed.
    pending : set of DocumentId
        Documents that must be copied again before the copy is complete.
    done : Tally
        What the pass has read so far.
    """

    source: RawDocuments
    target: RawDocuments
    changes: Changes
    verify: Callable[[], None]
    pending: set[DocumentId] = field(default_factory=set)
    done: Tally = field(default_factory=Tally)

    def copy_behind(self, after: DocumentId | None) -> DocumentId | None:
        """Copy a batch of the documents behind one, and return the last, or None if all are copied."""
        batch = self.source.read_behind(after)
        self._write({id_of(document) for document in batch.documents}, batch.documents)
        self.done.add(batch.documents)
        return None if batch.is_all else id_of(batch.documents[-1])

    def compare_behind(self, after: DocumentId | None) -> DocumentId | None:
        """Compare a batch of the documents behind one, and return the last, or None if all are compared."""
        batch = self.source.read_behind(after)
        upto = None if batch.is_all else id_of(batch.documents[-1])
        self.pending |= _differing(batch.documents, self.target.read_range(after, upto))
        self.done.add(batch.documents)
        return upto

    def follow(self) -> int:
        """Copy and compare what has changed; return how many documents that were, up to a batch."""
        self.pending |= self.changes.seen(MAX_BATCH_DOCUMENTS)
        ids = set(islice(self.pending, MAX_BATCH_DOCUMENTS))
        batch = self.source.read(ids)
        if not batch.is_all:  # they are too large together
            ids = {ids.pop()}
            batch = self.source.read(ids)
        if ids and self._write(ids, batch.documents):
            self.pending |= _differing(batch.documents, self.target.read(ids).documents)
        return len(ids)

    def _write(self, ids: Collection[DocumentId], documents: Iterable[RawBSONDocument]) -> bool:
        """Put documents into the target, or say that those of these ids are pending."""
        try:
            self.target.replace(ids, documents, self.verify)
        except DocumentTooLarge as error:
            raise MoveImpossible(
                "A document is too large for a pool, where its id takes more room"
            ) from error
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != server_errors.DUPLICATE_KEY for failure in failures):
                raise MoveImpossible("MongoDB refuses a document at the target") from error
            # The conflicting document no longer exists at the source; its change is pending or on its way.
            self.pending.update(ids)
            self.target.replace(self.pending, [], self.verify)
            return False
        self.pending.difference_update(ids)
        return True


def _differing(originals: Iterable[RawBSONDocument], copies: Iterable[RawBSONDocument]) -> set[DocumentId]:
    """Return the ids of documents that are not equal on both sides to the last bit."""
    different = {bytes(original.raw) for original in originals} ^ {bytes(copy.raw) for copy in copies}
    return {id_of(encoding.document(octets)) for octets in different}
