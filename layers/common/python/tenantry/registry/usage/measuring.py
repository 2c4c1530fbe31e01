"""Storage over time: what was measured last counts until the next measurement.

An organization's document holds its last measurement. Each one adds the time since the one before to the
month, or to the months if one began meanwhile. A month counts each moment once, whoever measures at the same
time and however often a measurement is repeated, for it notes until when it has counted.
"""

from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from tenantry.registry.organizations.embedded import Usage
from tenantry.registry.usage import document, months
from tenantry.registry.usage.months import Part


def record(organization_id: str, before: Usage | None, now: Usage, session: ClientSession) -> None:
    """Count the storage until a measurement, within the transaction that notes it; one round trip.

    Parameters
    ----------
    organization_id : str
        Of whose documents.
    before : Usage, optional
        The measurement before, whose bytes count from then until now; nothing counts if there was none.
    now : Usage
        What has been measured.
    session : ClientSession
        Of the transaction.
    """
    document.usage().bulk_write(_statements(organization_id, before, now), session=session)


def _statements(organization_id: str, before: Usage | None, now: Usage) -> list[UpdateOne]:
    """Return an update for each month that a measurement is about."""
    earlier = before or now
    start = min(earlier["measured_at"], now["measured_at"])
    *closed, last = months.parts(start, now["measured_at"])
    return [
        *(_statement(organization_id, part, earlier["bytes"], earlier) for part in closed),
        _statement(organization_id, last, earlier["bytes"], now),
    ]


def _statement(organization_id: str, part: Part, stored_bytes: int, at_end: Usage) -> UpdateOne:
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
