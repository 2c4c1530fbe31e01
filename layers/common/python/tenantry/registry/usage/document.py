"""What is stored about an organization's use in one month.

It outlives the organization, for the invoice of its last month is written after that. So it holds numbers and
the organization's id, which is never used again, and nothing that a tenant has written, not even a name.
"""

from datetime import datetime
from typing import Any, Final, NotRequired, TypedDict

from pymongo.collection import Collection

from tenantry.registry.usage import months
from tenantry.runtime import mongodb

RETENTION_MONTHS: Final = 25  # after the month: each can be compared with that of two years before


class UsageDocument(TypedDict):
    """An organization's use in one month, as it is stored; `_id` holds both.

    What is missing has not been counted or measured in that month. `documents` and `bytes` are those of
    `measured_at`, which is the end of the month once the next one has been measured. `byte_milliseconds` is
    the storage until then: each byte counts for as long as it was stored.
    """

    _id: str
    organization_id: str
    month: str
    expires_at: datetime
    requests: NotRequired[int]
    documents: NotRequired[int]
    bytes: NotRequired[int]
    byte_milliseconds: NotRequired[float]
    measured_at: NotRequired[datetime]


def usage() -> Collection[UsageDocument]:
    """Return the master's collection of what organizations have used."""
    return mongodb.collection("usage")


def id_of(organization_id: str, month: str) -> str:
    """Return the id of the document of an organization's month."""
    return f"{organization_id} {month}"


def identifying(organization_id: str, month: str) -> dict[str, Any]:
    """Return the fields that the document of an organization's month has from the start, without its id."""
    return {
        "organization_id": organization_id,
        "month": month,
        "expires_at": months.start_of(month, 1 + RETENTION_MONTHS),
    }
