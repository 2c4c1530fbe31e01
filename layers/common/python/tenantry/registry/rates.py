"""How many requests an organization or an API key may send: a token bucket for each in `rates` of the master.

The bucket holds as many requests as the limit allows a minute, and fills up evenly within a minute. So
whoever sends no more than that in any minute is never refused, and no minute admits more than twice as many.
One command decides, by the server's clock alone, also where a request comes out of several buckets. It waits
neither for the journal nor for other members: what a failover forgets is the tenant's gain.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypedDict

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from tenantry.errors import TooManyRequests
from tenantry.runtime import mongodb, server_errors

NAME: Final = "requests_per_minute"
FILLS_UP_WITHIN_SECONDS: Final = 60
_MILLISECONDS: Final = FILLS_UP_WITHIN_SECONDS * 1000


class Bucket(NamedTuple):
    """A bucket, by the id of whom or what it limits, and how many requests it holds and is given a minute."""

    id: str
    limit: int


class RateDocument(TypedDict):
    """A bucket as it is stored, by the id of its organization, API key or of what else is limited.

    A missing one is full. `requests` is how many it held after the last one that was admitted, which was at
    `at`. The server removes it once it has filled up.
    """

    _id: str
    requests: float
    at: datetime


def rates() -> Collection[RateDocument]:
    """Return the master's collection of buckets."""
    return mongodb.collection("rates").with_options(write_concern=WriteConcern(1))


def take(buckets: Sequence[Bucket]) -> Bucket | None:
    """Take one request out of each bucket, in one round trip for all of them; stop at the first empty one.

    The buckets before that have given one, those behind it none. Refusing writes nothing. Where a bucket's
    limit is 0, it is the empty one, and no bucket gives anything.

    Parameters
    ----------
    buckets : sequence of Bucket
        In the order in which they may refuse; for none, nothing is asked.

    Returns
    -------
    Bucket or None
        The one that is empty; None if each has given a request.
    """
    closed = next((bucket for bucket in buckets if bucket.limit < 1), None)
    if closed or not buckets:
        return closed
    try:
        rates().bulk_write(
            [
                UpdateOne({"_id": bucket.id}, [{"$replaceWith": _spent(bucket.limit)}], upsert=True)
                for bucket in buckets
            ]
        )
    except BulkWriteError as error:
        return buckets[_refusing(error)]
    return None


def refusal(bucket: Bucket, sender: str) -> TooManyRequests:
    """Return the answer to a request for which a bucket is empty.

    Retry-After says when it has one more request at the latest.

    Parameters
    ----------
    bucket : Bucket
        The empty one.
    sender : str
        What the answer calls whoever has used it up.
    """
    return TooManyRequests(
        f"The {sender} may send {bucket.limit} requests a minute and has. Repeat this one after a while; "
        "see Retry-After.",
        retry_after_seconds=refill_seconds(bucket.limit),
        name=NAME,
        limit=bucket.limit,
    )


def refill_seconds(limit: int) -> int:
    """Return after how many seconds an empty bucket has one more request at the latest."""
    return math.ceil(FILLS_UP_WITHIN_SECONDS / max(limit, 1))


def _refusing(error: BulkWriteError) -> int:
    """Return the index of the update whose bucket is empty."""
    match error.details:
        case {"writeErrors": [{"code": code, "index": int(index)}]} if code == server_errors.IMMUTABLE_FIELD:
            return index
    raise error


def _spent(limit: int) -> dict[str, Any]:
    """Return the expression for a bucket with one request less, or, if it is empty, for what MongoDB refuses.

    An `_id` never changes, so an update that changes it fails, and ends the command with the updates behind
    it (https://www.mongodb.com/docs/manual/reference/command/update/, `ordered`).

    `at` never goes back. So a member of the replica set whose clock is behind that of the one before fills
    nothing up a second time, and what a clock that runs ahead has given is given once.
    """
    passed = {"$max": [0, {"$subtract": ["$$NOW", {"$ifNull": ["$at", "$$NOW"]}]}]}
    filled = {"$add": [{"$ifNull": ["$requests", limit]}, {"$multiply": [passed, limit / _MILLISECONDS]}]}
    bucket = {"_id": "$_id", "requests": {"$subtract": ["$$held", 1]}, "at": {"$max": ["$at", "$$NOW"]}}
    return {
        "$let": {
            "vars": {"held": {"$min": [limit, filled]}},
            "in": {"$cond": [{"$gte": ["$$held", 1]}, bucket, {"_id": None}]},
        }
    }
