"""Failed attempts to show a password are counted, and slow the next ones down.

Those of strangers count for the e-mail address, known or not, and for the source. So an address without an
account is slowed down just the same and the answer tells nothing. Those of a device that has logged in
before, or of a session, count for it alone, so that strangers do not lock it out. What each counter does is
told and reasoned in docs/decisions/0007, 0024 and 0035.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from tenantry.errors import ServiceUnavailable
from tenantry.identity import counters
from tenantry.runtime import moments

FREE_FAILURES: Final = 10  # NIST SP 800-63B-4 section 3.2.2 allows up to 100 in a row
FIRST_PAUSE_SECONDS: Final = 15
LONGEST_PAUSE_SECONDS: Final = 15 * 60  # nobody is locked out for ever by a stranger
FORGOTTEN_AFTER: Final = timedelta(hours=24)
FREE_FAILURES_OF_SOURCE: Final = 100  # 10 % of 1,000 colleagues mistype on one morning
FORGIVES_ONE_AFTER: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts that count together.

    After ten failures in a row each doubles the pause. A source forgets one failure per minute, and pauses
    while it has a hundred.

    Parameters
    ----------
    key : str
        Counter of failures in a row.
    source : str, optional
        Counter of the source, if they count for it, too.
    """

    key: str
    source: str | None = None

    def begin(self) -> None:
        """Count an attempt as a failure before anything is verified; `forget` takes it back after a success.

        So of attempts that arrive together as a pause ends only one is verified, and each that is verified
        has been counted. It takes one round trip.

        Raises
        ------
        TooManyRequests
            A pause is not over; nothing is counted.
        """
        for _ in range(counters.MAX_ATTEMPTS):
            now = moments.now()
            of_source = [_count_of_source(self.source, now)] if self.source else []
            try:
                counters.write([*of_source, _count_in_a_row(self.key, now)])
            except BulkWriteError as error:
                if counters.refused(error) > 0 and self.source:
                    # The source was counted before the other counter turned out to pause.
                    counters.write([counters.advance(self.source, FORGIVES_ONE_AFTER)])
                counters.check_pauses([self.key, *([self.source] if self.source else [])])
            else:
                return
        raise ServiceUnavailable

    def fail(self) -> int:
        """Return how many attempts in a row have failed, once the majority knows of them.

        The answer tells a client of the failure, so another primary must not have forgotten it.
        """
        counted = (
            counters.login_attempts()
            .with_options(write_concern=WriteConcern("majority"))
            .find_one_and_update(
                {"_id": self.key},
                {"$set": {"expires_at": moments.now() + FORGOTTEN_AFTER}},
                return_document=ReturnDocument.AFTER,
            )
        )
        return counted["failures"] if counted else 1

    def forget(self) -> None:
        """Take an attempt back after a success: it forgets failures in a row, but none of the source's."""
        of_source = [counters.advance(self.source, FORGIVES_ONE_AFTER)] if self.source else []
        counters.write([*of_source, _forget_in_a_row(self.key)])


def fail_of_source() -> None:
    """Count a failure that is about no account for its source; outside of requests nothing is counted.

    Raises
    ------
    TooManyRequests
        The source has as many failures as it may; nothing is counted.
    """
    if source := counters.source():
        counters.spend(counters.key_of(source), FORGIVES_ONE_AFTER, FREE_FAILURES_OF_SOURCE)


def forgive(email: str) -> None:
    """Forget the failures in a row of an address in canonical form, whose owner has proved to be it."""
    counters.write([_forget_in_a_row(counters.key_of(email))])


def of_stranger(email: str) -> Attempts:
    """Return the attempts of whoever sends an address in canonical form, and no proof of an earlier login."""
    source = counters.source()
    return Attempts(counters.key_of(email), counters.key_of(source) if source else None)


def of_known(name: str) -> Attempts:
    """Return the attempts of a device or session, which only somebody who once knew the password can name."""
    return Attempts(counters.key_of(f"known {name}"))  # no address has a space


def _count_in_a_row(key: str, now: datetime) -> UpdateOne:
    excess = {"$subtract": ["$failures", FREE_FAILURES]}
    doubled = {"$multiply": [FIRST_PAUSE_SECONDS * 1000, {"$pow": [2, {"$min": [excess, 10]}]}]}
    pause = {"$add": [now, {"$toLong": {"$min": [doubled, LONGEST_PAUSE_SECONDS * 1000]}}]}
    is_free = {"$lt": ["$failures", FREE_FAILURES]}
    return counters.count(
        key,
        now,
        {"failures": {"$add": [{"$ifNull": ["$failures", 0]}, 1]}},
        {"blocked_until": {"$cond": [is_free, now, pause]}, "expires_at": now + FORGOTTEN_AFTER},
    )


def _forget_in_a_row(key: str) -> UpdateOne:
    now = moments.now()
    return UpdateOne({"_id": key}, {"$set": {"failures": 0, "blocked_until": now, "expires_at": now}})


def _count_of_source(key: str, now: datetime) -> UpdateOne:
    return counters.postpone(key, now, FORGIVES_ONE_AFTER, FREE_FAILURES_OF_SOURCE)
