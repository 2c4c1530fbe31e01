"""How often an organization changes: its name, slug, metadata and indexes.

Its document holds the moment at which all of its changes are forgiven. Each change puts that moment off by
its share of an hour, in the same command, so counting takes none of its own.
"""

import math
from datetime import datetime, timedelta
from typing import Any, Final

from tenantry.errors import TooManyRequests
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import moments
from tenantry.runtime.settings import settings

TAKEN_NAME: Final = 5  # changes that a request for a taken name counts for, since it learns that it is taken
_HOUR: Final = timedelta(hours=1)


def counted(current: OrganizationDocument) -> dict[str, datetime]:
    """Return the field that counts one more change, to be set with it.

    Raises
    ------
    TooManyRequests
        The organization has changed too often; nothing is to be changed.
    """
    now = moments.now()
    until = max(current.get("changes_until", now), now) + _share(1)
    if until > now + _HOUR:
        raise TooManyRequests(
            "The organization was changed too often. Wait before the next change; see Retry-After.",
            retry_after_seconds=math.ceil((until - now - _HOUR).total_seconds()),
        )
    return {"changes_until": until}


def has_room(now: datetime) -> dict[str, Any]:
    """Return the condition that an organization may change once more."""
    return {"$or": [{"changes_until": None}, {"changes_until": {"$lte": now + _HOUR - _share(1)}}]}


def increment(now: datetime) -> dict[str, Any]:
    """Return what an update with a pipeline sets to count one more change."""
    return _later(now, 1)


def decrement() -> dict[str, Any]:
    """Return what an update with a pipeline sets to take back a change that turned out to be none."""
    return {"changes_until": {"$subtract": ["$changes_until", _milliseconds(1)]}}


def charge_taken_name(organization_id: str) -> None:
    """Count that an organization has asked for a name that another organization has; its version stays."""
    charged = [{"$set": _later(moments.now(), TAKEN_NAME)}]
    organizations().update_one({"_id": organization_id}, charged)


def _later(now: datetime, changes: int) -> dict[str, Any]:
    return {"changes_until": {"$add": [{"$max": ["$changes_until", now]}, _milliseconds(changes)]}}


def _share(changes: int) -> timedelta:
    return timedelta(milliseconds=_milliseconds(changes))


def _milliseconds(changes: int) -> int:
    return math.ceil(changes * _HOUR / timedelta(milliseconds=1) / settings().changes_per_hour)
