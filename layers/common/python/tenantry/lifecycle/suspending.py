"""Suspending an organization, which the operator does if its use has to stop for a while."""

from collections.abc import Callable

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.audit.recording import Action
from tenantry.identity import sessions
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger


def suspend(organization: str) -> OrganizationDocument:
    """Refuse an organization's logins, refreshes and data until it is reactivated; its data stay.

    Every token from before is dead, also after the reactivation: its session has ended.

    Parameters
    ----------
    organization : str
        Slug or id.

    Raises
    ------
    OrganizationNotFound
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    suspended = _changed(organization, changing.suspend, "organization.suspended")
    # A concurrent login either has stored its session by now, or reads the suspension before it answers.
    sessions.end_of_organization(suspended["_id"])
    logger.warning("Suspended an organization", organization_id=suspended["_id"])
    return suspended


def reactivate(organization: str) -> OrganizationDocument:
    """End an organization's suspension; its members log in again.

    Parameters
    ----------
    organization : str
        Slug or id.

    Raises
    ------
    OrganizationNotFound
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    reactivated = _changed(organization, changing.reactivate, "organization.reactivated")
    logger.warning("Reactivated an organization", organization_id=reactivated["_id"])
    return reactivated


def _changed(
    organization: str, change: Callable[[str, ClientSession], bool], action: Action
) -> OrganizationDocument:
    """Change an organization and record it; one that is so already is neither changed nor recorded."""
    organization_id = finding.require(organization)["_id"]
    _change(organization_id, change, action)
    return finding.require(organization_id)


@mongodb.in_transaction
def _change(
    session: ClientSession,
    organization_id: str,
    change: Callable[[str, ClientSession], bool],
    action: Action,
) -> None:
    if change(organization_id, session):
        recording.record(action, [organization_id], session)
