"""Moving an organization, from its first document to the removal of the leftover; a kill loses little."""

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from pymongo.errors import DuplicateKeyError, OperationFailure

from tenantry.lifecycle.moves import indexes, records, switching, targets
from tenantry.lifecycle.moves.changes import followed
from tenantry.lifecycle.moves.cleaning import remove_leftover
from tenantry.lifecycle.moves.copying import Copy, Tally
from tenantry.lifecycle.moves.errors import MoveImpossible
from tenantry.lifecycle.moves.records import MoveDocument, open_side, place_at
from tenantry.runtime import server_errors
from tenantry.storage import barrier
from tenantry.storage.raw.encoding import DocumentId, ForeignId

SAVED_EVERY_SECONDS: Final = 2
CAUGHT_UP: Final = 100  # documents that a pause has time for
BETWEEN_PAUSES_SECONDS: Final = 1
HISTORY_LOST: Final = {
    server_errors.CAPPED_POSITION_LOST,
    server_errors.CHANGE_STREAM_FATAL_ERROR,
    server_errors.CHANGE_STREAM_HISTORY_LOST,
}

Advance = Callable[[str, int, int], None]
CheckTime = Callable[[], None]
Step = Callable[[DocumentId | None], DocumentId | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move has done: all documents that were compared, and how long the pause of the switch took."""

    compared: Tally
    pause_seconds: float


class Mover:
    """Does the work of a move.

    Parameters
    ----------
    move : MoveDocument
        Held by this process.
    check_time : callable
        Called again and again; what it raises ends the work, which another process can continue from there.
    advance : callable
        Told what is being done, how many documents are done, and about how many there are.
    """

    def __init__(self, move: MoveDocument, check_time: CheckTime, advance: Advance) -> None:
        self._move = move
        self._check_time = check_time
        self._advance = advance
        self._saved_at = time.monotonic()

    def run(self) -> Moved:
        """Move the organization.

        Raises
        ------
        MoveLost
            Another process holds the move, or the move is over.
        MoveImpossible, TooManyIndexes
            The target cannot hold the organization; the move must be cancelled.
        ServiceUnavailable, pymongo.errors.PyMongoError
            Try again; the move continues from here.
        """
        targets.prepare(self._move)
        while True:
            try:
                return self._run()
            except OperationFailure as error:
                if error.code not in HISTORY_LOST or self._move["resume_token"] is None:
                    raise
                self._save(phase="copying", after=None, resume_token=None, done={})
            except ForeignId as error:
                raise MoveImpossible(
                    "A document's _id is of a type long gone, or text that is not UTF-8"
                ) from error

    def _run(self) -> Moved:
        move = self._move
        with ExitStack() as stack:
            source = stack.enter_context(open_side(move["source"], move["_id"]).raw())
            target = stack.enter_context(open_side(move["target"], move["_id"]).raw())
            changes = stack.enter_context(followed(source, move["resume_token"]))
            verify = partial(records.verify_holder, move, move["target"]["cluster"])
            copy = Copy(source, target, changes, verify)
            if move["phase"] == "copying":
                self._save(resume_token=changes.resume_token)
                self._pass("Copying", copy, copy.copy_behind)
                self._save(phase="comparing", after=None, resume_token=changes.resume_token, done={})
            self._pass("Comparing", copy, copy.compare_behind)
            switched, seconds = self._switch(copy)
        remove_leftover(switched, self._check_time)
        return Moved(copy.done, seconds)

    def _pass(self, name: str, copy: Copy, step: Step) -> None:
        """Take all steps of a pass over the documents, and follow what changes meanwhile."""
        copy.done = Tally(**self._move["done"])
        after = self._move["after"]
        expected = copy.source.count()
        while True:
            after = step(after)
            self._catch_up(copy)
            self._advance(name, copy.done.documents, expected)
            if after is None:
                return
            if time.monotonic() - self._saved_at > SAVED_EVERY_SECONDS:
                self._save(after=after, resume_token=copy.changes.resume_token, done=asdict(copy.done))

    def _catch_up(self, copy: Copy) -> None:
        """Follow until all that has changed is copied and compared, but for the last moment."""
        while True:
            self._check_time()
            if copy.follow() <= CAUGHT_UP and not copy.pending:
                return

    def _switch(self, copy: Copy) -> tuple[MoveDocument, float]:
        """Switch as soon as a short pause is enough."""
        place = place_at(self._move["source"])
        while True:
            self._catch_up(copy)
            self._save(resume_token=copy.changes.resume_token)
            with suppress(switching.TooLong, DuplicateKeyError):
                indexes.make_equal(self._move)
                indexes.validate_equally(self._move)
                if barrier.wait(place):  # else the pause would end in vain
                    return switching.switch(self._move, copy)
            time.sleep(BETWEEN_PAUSES_SECONDS)

    def _save(self, **progress: Any) -> None:
        records.save(self._move, progress)
        self._saved_at = time.monotonic()
