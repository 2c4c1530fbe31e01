"""Counters of attempts that are limited, in the master collection `login_attempts`.

One command counts an attempt in all its counters, and a counter that pauses refuses it. The command waits
neither for the journal nor for other members of the replica set: the write that ends the attempt does, and
MongoDB keeps the order (docs/decisions/0027).
"""

import hashlib
import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final, NotRequired, TypedDict

from pymongo import ReadPreference, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from tenantry.errors import ServiceUnavailable, TooManyRequests
from tenantry.runtime import moments, mongodb, request_context, server_errors

MAX_ATTEMPTS: Final = 10  # to count, while others create or remove the counter


class CounterDocument(TypedDict):
    """A counter as it is stored; it pauses until `blocked_until`, and is removed at `expires_at`.

    Only counters of failures in a row hold their number, as `failures`.
    """

    _id: str
    failures: NotRequired[int]
    blocked_until: datetime
    expires_at: datetime


def key_of(counted: str) -> str:
    """Return the id of the counter of something, which does not tell what that is."""
    return hashlib.sha256(counted.encode()).hexdigest()


def source() -> str | None:
    """Return what stands for the network that the request comes from; None outside of requests.

    It is an IPv4 address, or the first 64 bits of an IPv6 address, for a client chooses the others itself.
    """
    address = request_context.current().source_address
    return _network(address) if address else None


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # API Gateway's console tests routes from `test-invoke-source-ip`
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def count(key: str, now: datetime, *stages: dict[str, Any]) -> UpdateOne:
    """Change a counter unless it pauses; the insertion that is tried instead fails, for its key is taken."""
    unless_paused = {"_id": key, "blocked_until": {"$lte": now}}
    return UpdateOne(unless_paused, [{"$set": stage} for stage in stages], upsert=True)


def postpone(key: str, now: datetime, interval: timedelta, limit: int) -> UpdateOne:
    """Count one more in a counter that forgives one after each interval, unless the limit is reached.

    The counter is a single moment, at which all are forgiven; how far away it is tells their number.

    Parameters
    ----------
    key : str
        Of the counter.
    now : datetime
        The present moment.
    interval : timedelta
        How long it takes to forgive one.
    limit : int
        How many there may be at a time.
    """
    below_limit = _milliseconds(interval) * (limit - 1)
    return count(
        key,
        now,
        {"expires_at": {"$add": [{"$max": ["$expires_at", now]}, _milliseconds(interval)]}},
        {"blocked_until": {"$subtract": ["$expires_at", below_limit]}},
    )


def spend(key: str, interval: timedelta, limit: int, detail: str = "") -> None:
    """Count one more as `postpone` does, in one round trip.

    Parameters
    ----------
    key, interval, limit
        As of `postpone`.
    detail : str
        What is told to whoever has to wait, if not that attempts failed.

    Raises
    ------
    TooManyRequests
        The limit is reached; nothing is counted.
    """
    for _ in range(MAX_ATTEMPTS):
        try:
            write([postpone(key, moments.now(), interval, limit)])
        except BulkWriteError as error:
            refused(error)
            check_pauses([key], detail)
        else:
            return
    raise ServiceUnavailable


def advance(key: str, interval: timedelta) -> UpdateOne:
    """Take back one count of `postpone`."""
    earlier = {
        "expires_at": {"$subtract": ["$expires_at", _milliseconds(interval)]},
        "blocked_until": {"$subtract": ["$blocked_until", _milliseconds(interval)]},
    }
    return UpdateOne({"_id": key}, [{"$set": earlier}])


def write(statements: list[UpdateOne]) -> None:
    """Send the updates as one command; the first that fails is the last.

    Raises
    ------
    pymongo.errors.BulkWriteError
        One of the counters pauses, or was created by another at this moment; see `refused`.
    """
    login_attempts().bulk_write(statements)


def refused(error: BulkWriteError) -> int:
    """Return the index of the count whose counter pauses, or has just been created by another attempt."""
    match error.details:
        case {"writeErrors": [{"code": code, "index": int(index)}]} if code == server_errors.DUPLICATE_KEY:
            return index
    raise error


def check_pauses(keys: list[str], detail: str = "") -> None:
    """Raise TooManyRequests if one of the counters pauses."""
    counters = login_attempts().find({"_id": {"$in": keys}})
    pause = max((counter["blocked_until"] - moments.now() for counter in counters), default=timedelta())
    if pause > timedelta():
        raise TooManyRequests(detail, retry_after_seconds=math.ceil(pause.total_seconds()))


def login_attempts() -> Collection[CounterDocument]:
    """Return the collection of counters as the primary has them, which the majority may not have yet."""
    return mongodb.collection("login_attempts").with_options(
        read_concern=ReadConcern("local"),
        read_preference=ReadPreference.PRIMARY,
        write_concern=WriteConcern(1),
    )


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)
