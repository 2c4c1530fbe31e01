"""Failed logins are counted per e-mail address, known or not, and slow the next attempts down.

The counters live in the master collection `login_attempts`, apart from the accounts, so that an address
without an account is slowed down just the same and the answer tells nothing.
"""

import hashlib
import math
from datetime import timedelta
from typing import Final

from tenantry import database
from tenantry.errors import TooManyRequests

FREE_FAILURES: Final = 10  # NIST SP 800-63B-4 section 3.2.2 allows up to 100 in a row
FIRST_PAUSE_SECONDS: Final = 15
LONGEST_PAUSE_SECONDS: Final = 15 * 60  # nobody is locked out for ever by a stranger
FORGOTTEN_AFTER: Final = timedelta(hours=24)


def check(email: str) -> None:
    """Refuse an attempt for an address that has to pause.

    Raises
    ------
    TooManyRequests
        The pause is not over.
    """
    attempts = database.collection("login_attempts").find_one({"_id": _key(email)})
    if attempts is not None and (left := attempts["blocked_until"] - database.now()) > timedelta():
        raise TooManyRequests(retry_after_seconds=math.ceil(left.total_seconds()))


def record_failure(email: str) -> None:
    """Count one failure, atomically; after ten in a row each doubles the pause."""
    now = database.now()
    excess = {"$subtract": ["$failures", FREE_FAILURES]}
    doubled = {"$multiply": [FIRST_PAUSE_SECONDS * 1000, {"$pow": [2, {"$min": [excess, 10]}]}]}
    pause = {"$min": [doubled, LONGEST_PAUSE_SECONDS * 1000]}
    database.collection("login_attempts").update_one(
        {"_id": _key(email)},
        [
            {"$set": {"failures": {"$add": [{"$ifNull": ["$failures", 0]}, 1]}}},
            {
                "$set": {
                    "blocked_until": {
                        "$cond": [
                            {"$gte": ["$failures", FREE_FAILURES]},
                            {"$add": [now, {"$toLong": pause}]},
                            now,
                        ]
                    },
                    "expires_at": now + FORGOTTEN_AFTER,
                }
            },
        ],
        upsert=True,
    )


def forget(email: str) -> None:
    """Forget the failures after a success."""
    database.collection("login_attempts").delete_one({"_id": _key(email)})


def _key(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()
