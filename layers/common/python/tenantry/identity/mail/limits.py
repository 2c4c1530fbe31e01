"""How many mails requests bring about: each address gets a few an hour, each source asks for some more.

They count before anybody looks whether the address has an account, so a refusal tells nothing.
"""

from datetime import timedelta
from typing import Final

from tenantry.errors import TooManyRequests
from tenantry.identity import counters
from tenantry.identity.addresses.email_addresses import folded
from tenantry.identity.mail.kinds.kind import Kind

MAILS_PER_ADDRESS: Final = 5  # of one kind, an hour
MAILS_PER_SOURCE: Final = 50  # of all kinds, an hour
_HOUR: Final = timedelta(hours=1)
_DETAIL: Final = "Too many mails were asked for. Wait before the next one; see Retry-After."


def admit(kind: Kind, address: str) -> None:
    """Count a mail that somebody asks for.

    It counts for the source first, and also if the address has had enough: who insists uses up its own.
    Notices of changes to an address that is verified are not asked for and do not count.

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
    _count_of_address(kind, address)


def admits_unasked(kind: Kind, address: str) -> bool:
    """Count a mail that a sign-up, or what follows it, brings to an address that nobody has proved.

    It counts for the address alone, for the source has been counted as one that signs up. So whoever signs up
    with an address again and again has it sent no more mails than others may.

    Returns
    -------
    bool
        False if the address has had enough; nothing is counted, and nothing may be queued.
    """
    try:
        _count_of_address(kind, address)
    except TooManyRequests:
        return False
    return True


def _count_of_address(kind: Kind, address: str) -> None:
    key = counters.key_of(f"{kind.name} to {folded(address)}")
    counters.spend(key, _HOUR / MAILS_PER_ADDRESS, MAILS_PER_ADDRESS, _DETAIL)
