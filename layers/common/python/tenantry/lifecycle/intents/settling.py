"""Settling: whoever meets an intent completes it, a creation, rename or deletion that another decided."""

import time
from typing import Final

import pymongo

from tenantry.errors import OrganizationExists, ServiceUnavailable
from tenantry.lifecycle.intents import completion, creation
from tenantry.registry.organizations import finding, leases, moving
from tenantry.registry.organizations.document import OrganizationDocument

PAUSE_SECONDS: Final = 0.02  # between two looks at a rename that another process completes
MAX_WAIT_SECONDS: Final = 3


def settle(organization: OrganizationDocument, *, deletion: bool = True) -> OrganizationDocument | None:
    """Return an organization without an intent; complete the intent that it has, unless another process does.

    Parameters
    ----------
    organization : OrganizationDocument
        The organization as it was read.
    deletion : bool
        False for processes that may not write accounts and members: they leave a deletion as it is.

    Returns
    -------
    OrganizationDocument or None
        The organization at rest, or in the state `deleting` if that is left; None if it is deleted.

    Raises
    ------
    ServiceUnavailable
        Another process completes it and takes long, or has died a moment ago; nothing was changed.
    pymongo.errors.PyMongoError
        Outcome unknown; the intent stays until somebody settles it.
    """
    current: OrganizationDocument | None = organization
    if organization["state"] == "creating":
        creation.complete_creation(organization)
        current = finding.find(organization["_id"])
    give_up_at = time.monotonic() + MAX_WAIT_SECONDS
    while current is not None and _has_to_wait(current, deletion=deletion):
        if time.monotonic() > give_up_at:
            raise ServiceUnavailable
        current = _advance(current)
    if deletion and current is not None and current["state"] == "deleting":
        completion.complete_deletion(current)
        return None
    return current


def _has_to_wait(organization: OrganizationDocument, *, deletion: bool) -> bool:
    """Tell whether somebody may be at what is under way, who has a lease on it or has made a pause."""
    if organization["state"] == "renaming" or moving.is_paused(organization):
        return True
    return deletion and completion.is_kept_by_deletion(organization)


def _advance(organization: OrganizationDocument) -> OrganizationDocument | None:
    """Complete an intent whose lease has run out, end a pause whose process has died, or wait a moment.

    Returns
    -------
    OrganizationDocument or None
        The organization as it is then.
    """
    with pymongo.timeout(completion.WORK_SECONDS):
        if moving.is_paused(organization):
            moving.lift(organization)
        elif (leased := leases.take_lease(organization, completion.LEASE)) is not None:
            return _complete(leased)
    time.sleep(PAUSE_SECONDS)
    return finding.find(organization["_id"])


def _complete(leased: OrganizationDocument) -> OrganizationDocument | None:
    if leased["state"] == "deleting":
        completion.complete_deletion(leased)
        return None
    try:
        return completion.complete_rename(leased)
    except OrganizationExists:
        return finding.find(leased["_id"])  # the intent has been withdrawn
