"""Storage over time: what was measured last counts until the next measurement.

An organization's document holds its last measurement. Each one adds the time since the one before to the
month, or to the months if one began meanwhile. A month counts each moment once, whoever measures at the same
time and however often a measurement is repeated, for it notes until when it has counted.
"""

from datetime import datetime
from typing import Any, TypedDict

from pymongo import UpdateOne

from tenantry.registry.usage import document, months
from tenantry.registry.usage.months import Part


class Measurement(TypedDict):
    """How many documents an organization has, and how many bytes they take, at a moment."""

    documents: int
    bytes: int
    measured_at: datetime


def record(organization_id: str, before: Measurement | None, now: Measurement) -> None:
    """Record a measurement, in one round trip; doing it twice changes nothing.

    Parameters
    ----------
    organization_id : str
        Of whose documents.
    before : Measurement, optional
        The one before, whose bytes count from then until now; nothing counts if there was none.
    now : Measurement
        What has been measured.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it, with this measurement or a later one.
    """
    document.usage().bulk_write(statements(organization_id, before, now), ordered=False)


def statements(organization_id: str, before: Measurement | None, now: Measurement) -> list[UpdateOne]:
    """Return what `record` does, one update for each month that it is about."""
    earlier = before or now
    start = min(earlier["measured_at"], now["measured_at"])
    *closed, last = months.parts(start, now["measured_at"])
    return [
        *(_statement(organization_id, part, earlier["bytes"], earlier) for part in closed),
        _statement(organization_id, last, earlier["bytes"], now),
    ]


def _statement(organization_id: str, part: Part, stored_bytes: int, at_end: Measurement) -> UpdateOne:
    counted_from = {"$max": ["$measured_at", part.start]}
    uncounted = {"$max": [0, {"$subtract": [part.end, counted_from]}]}
    counted = {"$add": [{"$ifNull": ["$byte_milliseconds", 0]}, {"$multiply": [stored_bytes, uncounted]}]}
    fields: dict[str, Any] = document.identifying(organization_id, part.month)
    fields |= {"byte_milliseconds": counted, "measured_at": {"$max": ["$measured_at", part.end]}}
    fields |= {
        "documents": _unless_later("$documents", part.end, at_end["documents"]),
        "bytes": _unless_later("$bytes", part.end, at_end["bytes"]),
    }
    return UpdateOne({"_id": document.id_of(organization_id, part.month)}, [{"$set": fields}], upsert=True)


def _unless_later(stored: str, end: datetime, measured: int) -> dict[str, Any]:
    return {"$cond": [{"$gt": ["$measured_at", end]}, stored, measured]}
