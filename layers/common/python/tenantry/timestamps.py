"""Moments as answers and events tell them."""

from datetime import datetime


def rfc3339(moment: datetime) -> str:
    """Return a moment in UTC as text, in milliseconds (RFC 3339)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
