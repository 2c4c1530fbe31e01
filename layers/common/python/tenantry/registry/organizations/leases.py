"""Who completes an intent, and which names its organization may not return to for a while."""

from datetime import datetime, timedelta
from typing import Final

from pymongo import ReturnDocument

from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.registry.organizations.embedded import Vacated
from tenantry.runtime import moments

# A command may reach the server as long as its connection stands. Where nobody lowered Linux' settings, a
# server gives up a silent connection after 7,200 s and 9 probes 75 s apart.
LATE_DELIVERY: Final = timedelta(minutes=135)


def take_lease(current: OrganizationDocument, duration: timedelta) -> OrganizationDocument | None:
    """Take over an intent's lease that has run out; the version stays, since clients see no change.

    A command of the previous holder may still be on its way, so the name that it leaves is vacated from now
    on.

    Returns
    -------
    OrganizationDocument or None
        The organization with the lease, or None if another process has it or the intent is completed.
    """
    now = moments.now()
    free = {"_id": current["_id"], "version": current["version"], "intent.leased_until": {"$lt": now}}
    leaving: Vacated = {"collection": current["collection"], "until": now + LATE_DELIVERY}
    earlier = [
        vacated
        for vacated in current.get("vacated", [])
        if vacated["until"] > now and vacated["collection"] != leaving["collection"]
    ]
    taken = {"intent.leased_until": now + duration, "vacated": [*earlier, leaving]}
    return organizations().find_one_and_update(free, {"$set": taken}, return_document=ReturnDocument.AFTER)


def vacated_until(organization: OrganizationDocument, collection: str) -> datetime | None:
    """Return when the organization may return to a collection's name that it has left; None: at any time."""
    now = moments.now()
    for vacated in organization.get("vacated", []):
        if vacated["collection"] == collection and vacated["until"] > now:
            return vacated["until"]
    return None
