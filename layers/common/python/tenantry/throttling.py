"""Failed logins are counted per e-mail address, known or not, and slow the next attempts down.

The counters live in the master collection `login_attempts`, apart from the accounts, so that an address
without an account is slowed down just the same and the answer tells nothing.
"""

import hashlib
import math
from datetime import timedelta
from typing import Final

from pymongo.errors import DuplicateKeyError

from tenantry import database
from tenantry.errors import ServiceUnavailable, TooManyRequests

FREE_FAILURES: Final = 10  # NIST SP 800-63B-4 section 3.2.2 allows up to 100 in a row
FIRST_PAUSE_SECONDS: Final = 15
LONGEST_PAUSE_SECONDS: Final = 15 * 60  # nobody is locked out for ever by a stranger
FORGOTTEN_AFTER: Final = timedelta(hours=24)
MAX_ATTEMPTS: Final = 10  # to count, while others create or remove the counter


def begin(email: str) -> None:
    """Count an attempt as a failure before anything is verified; `forget` takes it back after a success.

    So of attempts that come at once as a pause ends, one is verified, and each that is verified counts. After
    ten failures in a row each doubles the pause.

    Raises
    ------
    TooManyRequests
        The pause is not over; nothing is counted.
    """
    for _ in range(MAX_ATTEMPTS):
        try:
            return _count(email)
        except DuplicateKeyError:  # the counter is there, and its pause is not over or has just been set
            _check_pause(email)
    raise ServiceUnavailable


def _count(email: str) -> None:
    now = database.now()
    excess = {"$subtract": ["$failures", FREE_FAILURES]}
    doubled = {"$multiply": [FIRST_PAUSE_SECONDS * 1000, {"$pow": [2, {"$min": [excess, 10]}]}]}
    pause = {"$add": [now, {"$toLong": {"$min": [doubled, LONGEST_PAUSE_SECONDS * 1000]}}]}
    is_free = {"$lt": ["$failures", FREE_FAILURES]}
    database.collection("login_attempts").update_one(
        {"_id": _key(email), "blocked_until": {"$lte": now}},
        [
            {"$set": {"failures": {"$add": [{"$ifNull": ["$failures", 0]}, 1]}}},
            {
                "$set": {
                    "blocked_until": {"$cond": [is_free, now, pause]},
                    "expires_at": now + FORGOTTEN_AFTER,
                }
            },
        ],
        upsert=True,
    )


def _check_pause(email: str) -> None:
    attempts = database.collection("login_attempts").find_one({"_id": _key(email)})
    if attempts is not None and (left := attempts["blocked_until"] - database.now()) > timedelta():
        raise TooManyRequests(retry_after_seconds=math.ceil(left.total_seconds()))


def forget(email: str) -> None:
    """Forget the failures after a success."""
    database.collection("login_attempts").delete_one({"_id": _key(email)})


def _key(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()
