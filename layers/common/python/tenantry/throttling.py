"""Failed logins are counted per e-mail address, known or not, and per source, and slow the next ones down.

The counters live in the master collection `login_attempts`, apart from the accounts, so that an address
without an account is slowed down just the same and the answer tells nothing. What each counter does is told
and reasoned in docs/decisions/0007 and 0024.

A count waits for neither the journal nor other members of the replica set: what an attempt ends with, be it
a session or the record of its failure, does, and MongoDB keeps the order (docs/decisions/0027).
"""

import hashlib
import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from pymongo import ReadPreference, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from tenantry import database, request_context
from tenantry.errors import ServiceUnavailable, TooManyRequests

FREE_FAILURES: Final = 10  # NIST SP 800-63B-4 section 3.2.2 allows up to 100 in a row
FIRST_PAUSE_SECONDS: Final = 15
LONGEST_PAUSE_SECONDS: Final = 15 * 60  # nobody is locked out for ever by a stranger
FORGOTTEN_AFTER: Final = timedelta(hours=24)
FREE_FAILURES_OF_SOURCE: Final = 100  # a thousand people in an office, each tenth of whom mistypes at nine
FORGIVES_ONE_AFTER: Final = timedelta(minutes=1)
MAX_ATTEMPTS: Final = 10  # to count, while others create or remove the counter

_DUPLICATE_KEY: Final = 11000


def begin(email: str) -> None:
    """Count an attempt as a failure before anything is verified; `forget` takes it back after a success.

    It counts for the e-mail address and for the network that the request comes from, in one round trip. So
    of attempts that come at once as a pause ends, one is verified, and each that is verified counts.

    After ten failures in a row with one address, each doubles its pause. A source forgets one failure per
    minute, and pauses while it has a hundred.

    Parameters
    ----------
    email : str
        In canonical form.

    Raises
    ------
    TooManyRequests
        A pause is not over; nothing is counted.
    """
    source = _source()
    for _ in range(MAX_ATTEMPTS):
        now = database.now()
        statements = [_count_of_source(source, now)] if source else []
        try:
            _write([*statements, _count_of_address(_key(email), now)])
        except BulkWriteError as error:
            if _refused(error) > 0 and source:
                _write([_forgiveness(source)])  # the source's count came before the address's pause
            _check_pauses([_key(email), *([source] if source else [])])
        else:
            return
    raise ServiceUnavailable


def forget(email: str) -> None:
    """Take an attempt back after a success: it forgets the address's failures, but none of its source's."""
    source = _source()
    now = database.now()
    forgotten = {"failures": 0, "blocked_until": now, "expires_at": now}
    statements = [_forgiveness(source)] if source else []
    _write([*statements, UpdateOne({"_id": _key(email)}, {"$set": forgotten})])


def _write(statements: list[UpdateOne]) -> None:
    """Send the updates as one command; the first that fails is the last."""
    _counters().bulk_write(statements)


def _count_of_address(key: str, now: datetime) -> UpdateOne:
    excess = {"$subtract": ["$failures", FREE_FAILURES]}
    doubled = {"$multiply": [FIRST_PAUSE_SECONDS * 1000, {"$pow": [2, {"$min": [excess, 10]}]}]}
    pause = {"$add": [now, {"$toLong": {"$min": [doubled, LONGEST_PAUSE_SECONDS * 1000]}}]}
    is_free = {"$lt": ["$failures", FREE_FAILURES]}
    return _count(
        key,
        now,
        {"failures": {"$add": [{"$ifNull": ["$failures", 0]}, 1]}},
        {"blocked_until": {"$cond": [is_free, now, pause]}, "expires_at": now + FORGOTTEN_AFTER},
    )


def _count_of_source(key: str, now: datetime) -> UpdateOne:
    """Put off the moment at which the source has no failures; how far away it is tells their number."""
    one = _milliseconds(FORGIVES_ONE_AFTER)
    all_but_one = one * (FREE_FAILURES_OF_SOURCE - 1)
    return _count(
        key,
        now,
        {"expires_at": {"$add": [{"$max": ["$expires_at", now]}, one]}},
        {"blocked_until": {"$subtract": ["$expires_at", all_but_one]}},
    )


def _count(key: str, now: datetime, *stages: dict[str, Any]) -> UpdateOne:
    """Change a counter unless it pauses; the insertion that is tried instead fails, for its key is taken."""
    unless_paused = {"_id": key, "blocked_until": {"$lte": now}}
    return UpdateOne(unless_paused, [{"$set": stage} for stage in stages], upsert=True)


def _forgiveness(source: str) -> UpdateOne:
    one = _milliseconds(FORGIVES_ONE_AFTER)
    earlier = {
        "expires_at": {"$subtract": ["$expires_at", one]},
        "blocked_until": {"$subtract": ["$blocked_until", one]},
    }
    return UpdateOne({"_id": source}, [{"$set": earlier}])


def _refused(error: BulkWriteError) -> int:
    """Return the index of the count whose counter pauses, or has just been created by another attempt."""
    match error.details:
        case {"writeErrors": [{"code": code, "index": int(index)}]} if code == _DUPLICATE_KEY:
            return index
    raise error


def _check_pauses(keys: list[str]) -> None:
    found = _counters().find({"_id": {"$in": keys}})
    left = max((counter["blocked_until"] - database.now() for counter in found), default=timedelta())
    if left > timedelta():
        raise TooManyRequests(retry_after_seconds=math.ceil(left.total_seconds()))


def _counters() -> Collection[database.Document]:
    """Return the counters as the primary has them, which the majority may not have yet."""
    return database.master().get_collection(
        "login_attempts",
        read_concern=ReadConcern("local"),
        read_preference=ReadPreference.PRIMARY,
        write_concern=WriteConcern(1),
    )


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _source() -> str | None:
    """Return the key of the network that the request comes from; None outside of requests."""
    address = request_context.current().source_address
    return _key(_network(address)) if address else None


def _network(address: str) -> str:
    """Return what is one client's: an address, or of IPv6 the 64 bits that a client chooses the rest of."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # API Gateway's console tests routes from `test-invoke-source-ip`
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def _key(counted: str) -> str:
    return hashlib.sha256(counted.encode()).hexdigest()
