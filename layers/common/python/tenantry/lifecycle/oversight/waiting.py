"""What waits for a function that works in the background: how much of it, and since when the oldest does.

Whatever is asked takes one entry of an index, or the number of documents that the server keeps anyway, so it
costs the same however many organizations there are.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from pymongo.collection import Collection

from tenantry.audit.recording import outbox
from tenantry.identity.mail.queue import mails
from tenantry.lifecycle.erasing import erasures
from tenantry.lifecycle.moves.records import moves
from tenantry.lifecycle.receipts.adding import receipts
from tenantry.registry import clusters
from tenantry.registry.deletions import deletions
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
    is_late : bool
        Whether that is longer than the function that takes care of it should take.
    """

    name: str
    number: int
    oldest_seconds: float
    is_late: bool


class _Kind(NamedTuple):
    name: str
    collection: Callable[[], Collection[Any]]
    field: str  # since when a document waits
    which: Literal[
        "all", "having", "due"
    ]  # of the collection: all, those with the field, those whose time has come
    patience: timedelta  # after which something is wrong
    advice: str
    also: Callable[[], mongodb.Document] = dict  # what else the filter has, for the sake of the index


_KINDS: Final = (
    _Kind(
        "intents",
        organizations,
        "intent.created_at",
        which="having",
        patience=timedelta(minutes=10),
        advice="look at the log of reconcile, or run `tenantry reconcile`, which completes them",
    ),
    _Kind(
        "index changes",
        organizations,
        "index_changes.created_at",
        which="having",
        patience=timedelta(hours=1),
        advice="look at the log of reconcile, which counts indexes again",
    ),
    _Kind(
        "erasures",
        erasures,
        "created_at",
        which="all",
        patience=timedelta(hours=1),
        advice="look at the log of reconcile, which removes what deleted organizations left in pools",
    ),
    _Kind(
        "events",
        outbox,
        "at",
        which="all",
        patience=timedelta(minutes=5),
        advice="look at the log of publish_events, which sends them every minute",
    ),
    _Kind(
        "mails",
        mails,
        "at",
        which="all",
        patience=timedelta(minutes=5),
        advice="look at the log of send_mail, and in Amazon SES whether sending is paused",
    ),
    _Kind(
        "moves",
        moves,
        "progressed_at",
        which="all",
        patience=timedelta(minutes=10),
        advice="look at the log of move_organization, or go on with `tenantry move`",
    ),
    _Kind(
        "purges",
        deletions,
        "purge_at",
        which="due",
        patience=timedelta(hours=1),
        advice="look at the log of reconcile, which ends for good what was deleted days ago",
        also=lambda: {"cluster": {"$in": [cluster["_id"] for cluster in clusters.find_all()]}},
    ),
    _Kind(
        "measurements",
        organizations,
        "measure_at",
        which="due",
        patience=timedelta(hours=6),
        advice="look at the log of measure_usage, which measures each organization once a day",
    ),
    _Kind(
        "receipts",
        receipts,
        "unsigned_since",
        which="having",
        patience=timedelta(minutes=15),
        advice="look at the log of reconcile, which signs them",
    ),
)


def find_all() -> Iterator[tuple[Waiting, str]]:
    """Yield what waits, and what to do if it waits for too long.

    Raises
    ------
    pymongo.errors.PyMongoError
        The rest is not known.
    """
    for kind in _KINDS:
        yield _waiting(kind), kind.advice


def _waiting(kind: _Kind) -> Waiting:
    query = _query(kind)
    found = kind.collection().find(query, {kind.field: 1}).sort(kind.field, 1).limit(1)
    oldest = next(iter(found), None)
    if oldest is None:
        return Waiting(kind.name, 0, 0.0, is_late=False)
    age = moments.now() - _earliest(oldest, kind.field.split("."))
    return Waiting(
        kind.name, _number(kind, query), max(age.total_seconds(), 0.0), is_late=age > kind.patience
    )


def _query(kind: _Kind) -> mongodb.Document:
    match kind.which:
        case "all":
            return {}
        case "having":
            return {kind.field: {"$exists": True}}
        case "due":
            return kind.also() | {kind.field: {"$lte": moments.now()}}


def _earliest(value: Any, path: list[str]) -> datetime:
    """Return the value of a path, the smallest one if there is an array on the way."""
    if isinstance(value, list):
        return min(_earliest(item, path) for item in value)
    return _earliest(value[path[0]], path[1:]) if path else value


def _number(kind: _Kind, query: mongodb.Document) -> int:
    if kind.which == "all":  # the oldest has been read, whatever the server's estimate says
        return max(kind.collection().estimated_document_count(), 1)
    return kind.collection().count_documents(query, limit=MOST_COUNTED)
