"""Moments as BSON keeps them, and as answers and events tell them."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment as BSON keeps it: UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """Return a moment in UTC as text, in milliseconds (RFC 3339)."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
