"""How many organizations one source, or one account, may ask for, whatever the answer is.

An answer is an organization, which takes room on a cluster, or a refusal, which may tell that a name or an
address is taken. It counts for the account that asks, or for the source if there is no account yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from tenantry.audit import recording
from tenantry.errors import EmailTaken, OrganizationExists, SignUpClosed
from tenantry.identity import counters
from tenantry.runtime.observability import count
from tenantry.runtime.settings import settings

_DETAIL: Final = "Too many organizations were asked for. Wait before the next one; see Retry-After."


@contextmanager
def admitted(account_id: str | None) -> Iterator[None]:
    """Let somebody ask for an organization within a `with` block; it counts, and twice if a name is taken.

    Parameters
    ----------
    account_id : str, optional
        The account that asks. If left out, the request counts for its source; outside of requests nothing
        is counted.

    Raises
    ------
    SignUpClosed
        The operator alone creates organizations; nothing is done.
    TooManyRequests
        The account or source has asked too often; nothing is done.
    """
    if settings().sign_up != "open":
        raise SignUpClosed
    asking = account_id or counters.source()
    if asking is None:
        yield
        return
    key = counters.key_of(f"asking {asking}")
    counters.spend(key, _interval(), settings().sign_ups_per_hour, _DETAIL)
    try:
        yield
    except (EmailTaken, OrganizationExists) as error:
        counters.write([counters.advance(key, -_interval())])
        count("NameTaken")
        recording.record_alone("sign_up.refused", [], {"reason": error.code})
        raise


def _interval() -> timedelta:
    return timedelta(hours=1) / settings().sign_ups_per_hour
