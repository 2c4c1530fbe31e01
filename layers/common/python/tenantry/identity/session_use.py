"""When the members of an organization used it last, by their sessions."""

from datetime import datetime
from typing import Any, NamedTuple

from pymongo.collection import Collection

from tenantry.identity.sessions import sessions
from tenantry.runtime import moments


class SessionUse(NamedTuple):
    """How many sessions there are, and when one of them was started or refreshed last, if there is one."""

    sessions: int
    last_at: datetime | None


def of_organization(organization_id: str) -> SessionUse:
    """Return the use of an organization by the sessions that have not ended.

    An access token is good for minutes, and then a session is refreshed, so the last moment is as exact.
    """
    used_at = {"$ifNull": [{"$last": "$replaced.at"}, "$authenticated_at"]}
    total = {"_id": None, "sessions": {"$sum": 1}, "last_at": {"$max": used_at}}
    living = {"organization_id": organization_id, "expires_at": {"$gt": moments.now()}}
    stored: Collection[Any] = sessions()
    for use in stored.aggregate([{"$match": living}, {"$group": total}]):
        return SessionUse(use["sessions"], use["last_at"])
    return SessionUse(0, None)
