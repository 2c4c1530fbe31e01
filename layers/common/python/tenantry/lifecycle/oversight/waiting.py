"""What waits for a function that works in the background: how much of it, and since when the oldest does.

Whatever is asked takes one entry of an index, or the number of documents that the server keeps anyway, so it
costs the same however many organizations there are.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final, NamedTuple

from pymongo.collection import Collection

from tenantry.audit.recording import outbox
from tenantry.identity.mail.queue import mails
from tenantry.lifecycle.erasing import erasures
from tenantry.lifecycle.moves.records import moves
from tenantry.registry.organizations.document import organizations
from tenantry.runtime import moments, mongodb

MOST_COUNTED: Final = 1_000  # where the server does not keep the number


class Waiting(NamedTuple):
    """What waits.

    Parameters
    ----------
    name : str
        What it is.
    number : int
        How many there are; `MOST_COUNTED` stands for that many or more.
    oldest_seconds : float
        For how long the oldest has been waiting, or a move has come no further; 0 if there is none.
    """

    name: str
    number: int
    oldest_seconds: float


class _Kind(NamedTuple):
    name: str
    collection: Callable[[], Collection[Any]]
    field: str
    is_whole: bool  # every document of the collection waits, or those that have the field
    patience: timedelta  # after which something is wrong
    advice: str


_KINDS: Final = (
    _Kind(
        "intents",
        organizations,
        "intent.created_at",
        is_whole=False,
        patience=timedelta(minutes=10),
        advice="look at the log of reconcile, or run `tenantry reconcile`, which completes them",
    ),
    _Kind(
        "index changes",
        organizations,
        "index_changes.created_at",
        is_whole=False,
        patience=timedelta(hours=1),
        advice="look at the log of reconcile, which counts indexes again",
    ),
    _Kind(
        "erasures",
        erasures,
        "created_at",
        is_whole=True,
        patience=timedelta(hours=1),
        advice="look at the log of reconcile, which removes what deleted organizations left in pools",
    ),
    _Kind(
        "events",
        outbox,
        "at",
        is_whole=True,
        patience=timedelta(minutes=5),
        advice="look at the log of publish_events, which sends them every minute",
    ),
    _Kind(
        "mails",
        mails,
        "at",
        is_whole=True,
        patience=timedelta(minutes=5),
        advice="look at the log of send_mail, and in Amazon SES whether sending is paused",
    ),
    _Kind(
        "moves",
        moves,
        "progressed_at",
        is_whole=True,
        patience=timedelta(minutes=10),
        advice="look at the log of move_organization, or go on with `tenantry move`",
    ),
)


def find_all() -> Iterator[tuple[Waiting, timedelta, str]]:
    """Yield what waits, for how long it may, and what to do if it waits for longer.

    Raises
    ------
    pymongo.errors.PyMongoError
        The rest is not known.
    """
    for kind in _KINDS:
        yield _waiting(kind), kind.patience, kind.advice


def _waiting(kind: _Kind) -> Waiting:
    present = {} if kind.is_whole else {kind.field: {"$exists": True}}
    pipeline: list[mongodb.Document] = [
        {"$match": present},
        {"$sort": {kind.field: 1}},
        {"$limit": 1},
        {"$project": {"at": f"${kind.field}"}},
    ]
    oldest = next(iter(kind.collection().aggregate(pipeline)), None)
    if oldest is None:
        return Waiting(kind.name, 0, 0.0)
    since = oldest["at"]
    age = moments.now() - (min(since) if isinstance(since, list) else since)
    return Waiting(kind.name, _number(kind, present), max(age.total_seconds(), 0.0))


def _number(kind: _Kind, present: mongodb.Document) -> int:
    if kind.is_whole:  # the oldest has been read, whatever the server's estimate says
        return max(kind.collection().estimated_document_count(), 1)
    return kind.collection().count_documents(present, limit=MOST_COUNTED)
