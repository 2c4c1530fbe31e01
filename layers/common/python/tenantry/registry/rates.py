"""How many requests an organization or an API key may send: a token bucket for each in `rates` of the master.

The bucket holds as many requests as the limit allows a minute, and fills up evenly within a minute. So
whoever sends no more than that in any minute is never refused, and no minute admits more than twice as many.
One update decides, by the server's clock alone. It waits neither for the journal nor for other members: what
a failover forgets is the tenant's gain.
"""

import math
from datetime import datetime
from typing import Any, Final, TypedDict

from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from tenantry.errors import TooManyRequests
from tenantry.runtime import mongodb

NAME: Final = "requests_per_minute"
FILLS_UP_WITHIN_SECONDS: Final = 60
_MILLISECONDS: Final = FILLS_UP_WITHIN_SECONDS * 1000


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


def spend(bucket: str, limit: int, sender: str) -> None:
    """Take one request out of the bucket of whoever sends it, in one round trip.

    Refusing one writes nothing: the update leaves the bucket as it is.

    Parameters
    ----------
    bucket : str
        Id of whose bucket it is.
    limit : int
        How many requests a minute.
    sender : str
        What the refusal calls the sender.

    Raises
    ------
    TooManyRequests
        The bucket is empty. Retry-After says when it has one more request at the latest.
    """
    if limit > 0 and take(bucket, limit):
        return
    raise TooManyRequests(
        f"The {sender} may send {limit} requests a minute and has. Repeat this one after a while; "
        "see Retry-After.",
        retry_after_seconds=refill_seconds(limit),
        name=NAME,
        limit=limit,
    )


def take(bucket: str, limit: int) -> bool:
    """Take one request out of a bucket, in one round trip; tell whether there was one.

    Parameters
    ----------
    bucket : str
        Id of the bucket.
    limit : int
        How many requests it holds, and how many it is given a minute; at least one.
    """
    taken = rates().update_one({"_id": bucket}, [{"$replaceWith": _spent(limit)}], upsert=True)
    return bool(taken.modified_count or taken.did_upsert)


def refill_seconds(limit: int) -> int:
    """Return after how many seconds an empty bucket has one more request at the latest."""
    return math.ceil(FILLS_UP_WITHIN_SECONDS / max(limit, 1))


def _spent(limit: int) -> dict[str, Any]:
    """Return the expression for a bucket without one request, or as it is if it has none.

    `at` never goes back. So a member of the replica set whose clock is behind that of the one before fills
    nothing up a second time, and what a clock that runs ahead has given is given once.
    """
    passed = {"$max": [0, {"$subtract": ["$$NOW", {"$ifNull": ["$at", "$$NOW"]}]}]}
    filled = {"$add": [{"$ifNull": ["$requests", limit]}, {"$multiply": [passed, limit / _MILLISECONDS]}]}
    bucket = {"_id": "$_id", "requests": {"$subtract": ["$$held", 1]}, "at": {"$max": ["$at", "$$NOW"]}}
    return {
        "$let": {
            "vars": {"held": {"$min": [limit, filled]}},
            "in": {"$cond": [{"$gte": ["$$held", 1]}, bucket, "$$ROOT"]},
        }
    }
