"""How much organizations store: what was measured, and what was written since.

Whoever writes for an organization that is limited adds what it has written to `added`, which a measurement
sets back. Neither is a change of the organization: its version and `updated_at` stay.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from pymongo.client_session import ClientSession

from tenantry.registry import limits
from tenantry.registry.organizations.document import Limit, OrganizationDocument, organizations
from tenantry.registry.organizations.embedded import StoredSize, Usage
from tenantry.registry.usage import measuring
from tenantry.runtime import moments, mongodb

LIMITS: Final[tuple[Limit, Limit]] = ("documents", "bytes")
MEASURED_EVERY: Final = timedelta(days=1)
REPEATED_AFTER: Final = timedelta(hours=1)  # a measurement that failed

_NOT_NEEDED: Final = {"metadata": 0, "properties": 0, "private": 0}


class Size(NamedTuple):
    """How much an organization stores.

    Parameters
    ----------
    documents : int
        How many documents.
    bytes : int
        Their BSON, as the members know them, in bytes: neither compressed, nor with indexes.
    """

    documents: int
    bytes: int

    def plus(self, other: "Size") -> "Size":
        """Return both together."""
        return Size(self.documents + other.documents, self.bytes + other.bytes)

    def stored(self) -> StoredSize:
        """Return the size as documents of the master database have it."""
        return {"documents": self.documents, "bytes": self.bytes}


NOTHING: Final = Size(0, 0)


def limits_of(organization: OrganizationDocument) -> dict[Limit, int]:
    """Return the limits of what an organization stores; empty if it has none."""
    every = limits.of(organization)
    return {name: every[name] for name in LIMITS if name in every}


def added(usage: Usage) -> Size:
    """Return what was written since the measurement, as far as it has been added."""
    since = usage.get("added")
    return Size(since["documents"], since["bytes"]) if since else NOTHING


def find_due(maximum: int) -> list[OrganizationDocument]:
    """Return organizations that are to be measured now, the longest overdue first; without their metadata."""
    now = moments.now()
    first = organizations().find({}, _NOT_NEEDED).sort("measure_at", 1).limit(maximum)
    return [organization for organization in first if organization.get("measure_at", now) <= now]


def postpone(organization_id: str) -> None:
    """Let an organization that cannot be measured now be measured later."""
    later = moments.now() + REPEATED_AFTER
    organizations().update_one({"_id": organization_id}, {"$set": {"measure_at": later}})


def hasten(organization_id: str) -> None:
    """Let an organization be measured with the next run."""
    now = moments.now()
    expected = {"_id": organization_id, "measure_at": {"$gt": now}}
    organizations().update_one(expected, {"$set": {"measure_at": now}})


@mongodb.in_transaction
def save(session: ClientSession, organization: OrganizationDocument, size: Size) -> bool:
    """Note what was measured of an organization, if it has not changed since it was read.

    The storage until now counts in its month; see `tenantry.registry.usage`.

    What was added while it was measured counts once more, for the measurement need not have met it. What was
    removed then does not.

    Parameters
    ----------
    organization : OrganizationDocument
        As it was read before the measurement began.
    size : Size
        What was measured.

    Returns
    -------
    bool
        False if the organization has changed, or another measurement was noted; nothing changed then.
    """
    before: Any = organization.get("usage", {})
    now = moments.now()
    expected = {
        "_id": organization["_id"],
        "version": organization["version"],
        "state": "active",
        "usage.measured_at": before.get("measured_at"),
    }
    counted: Any = "$$REMOVE"
    if limits_of(organization):
        counted = {
            # nosemgrep: operator-made-of-text - the names are constants
            name: {"$max": [0, {"$subtract": [f"$usage.added.{name}", getattr(added(before), name)]}]}
            for name in LIMITS
        }
    usage = {"documents": size.documents, "bytes": size.bytes, "measured_at": now, "added": counted}
    noted = {"$set": {"usage": usage, "measure_at": now + MEASURED_EVERY}}
    if organizations().update_one(expected, [noted], session=session).matched_count == 0:
        return False
    measured: Usage = {"documents": size.documents, "bytes": size.bytes, "measured_at": now}
    measuring.record(organization["_id"], organization.get("usage"), measured, session)
    return True


def add(organization_id: str, measured_at: datetime, size: Size) -> None:
    """Add what was written since a measurement, unless a later one has been noted, which has met it."""
    organizations().update_one(
        {"_id": organization_id, "usage.measured_at": measured_at},
        {"$inc": {"usage.added.documents": size.documents, "usage.added.bytes": size.bytes}},
    )
