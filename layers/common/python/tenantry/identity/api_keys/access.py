"""What an API key gives access to, checked against what the master database knows at this moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from pymongo.collection import Collection

from tenantry.errors import InvalidToken, OrganizationSuspended, TooManyRequests
from tenantry.identity import counters, members
from tenantry.identity.api_keys import texts, uses
from tenantry.identity.api_keys.document import api_keys, has_expired
from tenantry.identity.api_keys.texts import KeyText
from tenantry.identity.roles import Scope
from tenantry.registry import rates
from tenantry.registry.organizations.document import OrganizationDocument, organizations

FAILURES_PER_MINUTE: Final = 20  # of a source
_READ: Final = ("scopes", "expires_at", "requests_per_minute", "secrets.id", "organization")
_REFUSED: Final = (
    "The API key is malformed, expired or revoked. An admin of the organization can make another."
)


class KeyAccess(NamedTuple):
    """What a key gives access to: its organization, as far as its scopes go. No account stands behind it.

    A key without `expires_at` never expires, and one without `requests_per_minute` has no rate of its own.
    """

    key_id: str
    organization: OrganizationDocument
    scopes: tuple[Scope, ...]
    expires_at: datetime | None = None
    requests_per_minute: int | None = None

    @property
    def organization_id(self) -> str:
        """Id of the organization."""
        return self.organization["_id"]

    @property
    def caller_id(self) -> str:
        """Id of whoever calls."""
        return self.key_id

    def has_one_of(self, scopes: Iterable[Scope]) -> bool:
        """Tell whether the key has one of these scopes."""
        return any(scope in self.scopes for scope in scopes)


def authenticate(text: str) -> KeyAccess:
    """Return what a key gives access to, in one round trip; about once a minute its use is noted in a second.

    Parameters
    ----------
    text : str
        What was sent as a bearer token, and begins as a key does.

    Raises
    ------
    InvalidToken, TooManyRequests, OrganizationSuspended
        As of `parse` and `require`.
    """
    return require(parse(text))


def parse(text: str) -> KeyText:
    """Take a key apart without a look at the database.

    Parameters
    ----------
    text : str
        What was sent as a bearer token.

    Raises
    ------
    InvalidToken
        It is no key, or mistyped.
    """
    sent = texts.parse(text)
    if sent is None:
        raise InvalidToken(_REFUSED)
    return sent


def require(sent: KeyText) -> KeyAccess:
    """Return what a key gives access to at this moment, as `find` does.

    Parameters
    ----------
    sent : KeyText
        As `parse` returns it.

    Raises
    ------
    InvalidToken
        The key is unknown, expired, revoked, or its organization is gone.
    TooManyRequests
        The key is not valid, and the source of the request has sent too many of these. A valid key from the
        same source is not refused.
    OrganizationSuspended
        The key is valid, and its organization is suspended.
    """
    present = find(sent)
    if present is None:
        _count_failure()
        raise InvalidToken(_REFUSED)
    if present.organization.get("suspended_at"):
        raise OrganizationSuspended
    return present


def find(sent: KeyText) -> KeyAccess | None:
    """Return what a key gives access to, also if its organization is suspended; None if it is not valid.

    It is one round trip, and one more about once a minute, which notes the use of the key.

    Parameters
    ----------
    sent : KeyText
        As `parse` returns it.
    """
    stored = _stored(sent)
    if stored is None or has_expired(stored):
        return None
    if not stored["organization"].get("suspended_at"):
        uses.note(stored["secrets"][0]["id"])
    return KeyAccess(
        stored["_id"],
        stored["organization"],
        tuple(stored["scopes"]),
        stored.get("expires_at"),
        stored.get("requests_per_minute"),
    )


def _stored(sent: KeyText) -> Any:
    """Return a key with its organization and the one secret that was sent; None if there is none."""
    stored: Collection[Any] = api_keys()
    is_sent = {"$eq": ["$$this.hash", {"$literal": sent.hash}]}
    matching = stored.aggregate(
        [
            {"$match": {"_id": sent.key_id, "secrets.hash": sent.hash}},
            *members.join(organizations(), "organization_id", "organization"),
            {"$addFields": {"secrets": {"$filter": {"input": "$secrets", "cond": is_sent}}}},
            {"$project": dict.fromkeys(_READ, 1)},
            {"$project": {"organization.private": 0}},  # which no member reads
        ]
    )
    return next(iter(matching), None)


def _count_failure() -> None:
    """Count a key that was refused for the source of the request; outside of requests nothing is counted."""
    source = counters.source()
    if source and rates.take([rates.Bucket(counters.key_of(f"keys from {source}"), FAILURES_PER_MINUTE)]):
        raise TooManyRequests(
            "Too many API keys that are not valid were sent from here. Wait before the next one; "
            "see Retry-After.",
            retry_after_seconds=rates.refill_seconds(FAILURES_PER_MINUTE),
        )
