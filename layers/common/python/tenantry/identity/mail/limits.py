"""How many mails a request may ask for: each address gets a few an hour, each source asks for some more.

They count before anybody looks whether the address has an account, so a refusal tells nothing.
"""

from datetime import timedelta
from typing import Final

from tenantry.identity import counters
from tenantry.identity.email_addresses import folded
from tenantry.identity.mail.kinds.kind import Kind

MAILS_PER_ADDRESS: Final = 5  # of one kind, an hour
MAILS_PER_SOURCE: Final = 50  # of all kinds, an hour
_HOUR: Final = timedelta(hours=1)
_DETAIL: Final = "Too many mails were asked for. Wait before the next one; see Retry-After."


def admit(kind: Kind, address: str) -> None:
    """Count a mail that somebody asks for.

    It counts for the source first, and also if the address has had enough: who insists uses up its own.
    Mails that a change brings with it, such as a notice, are not asked for and do not count.

    Parameters
    ----------
    kind : Kind
        Of the mail. Each kind counts by itself, so that nobody can use up the resets of another's password
        with, say, invitations.
    address : str
        To which it goes, whether anybody is there or not.

    Raises
    ------
    TooManyRequests
        The address or the source has to wait; nothing may be queued.
    """
    if source := counters.source():
        key = counters.key_of(f"mails from {source}")
        counters.spend(key, _HOUR / MAILS_PER_SOURCE, MAILS_PER_SOURCE, _DETAIL)
    key = counters.key_of(f"{kind.name} to {folded(address)}")
    counters.spend(key, _HOUR / MAILS_PER_ADDRESS, MAILS_PER_ADDRESS, _DETAIL)
