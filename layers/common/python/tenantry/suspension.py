"""Suspending an organization: what the platform's operator does about one that must not go on for now."""

from tenantry import organizations, sessions
from tenantry.errors import OrganizationNotFound
from tenantry.observability import logger
from tenantry.organizations import OrganizationDocument


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
    suspended = organizations.suspend(_id_of(organization))
    if suspended is None:
        raise OrganizationNotFound
    # A login that has not seen the suspension yet stored its session before this, or looks again after it.
    sessions.end_of_organization(suspended["_id"])
    logger.warning("Suspended an organization", organization_id=suspended["_id"])
    return suspended


def reactivate(organization: str) -> OrganizationDocument:
    """Let an organization go on; its members log in again.

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
    reactivated = organizations.reactivate(_id_of(organization))
    if reactivated is None:
        raise OrganizationNotFound
    logger.warning("Reactivated an organization", organization_id=reactivated["_id"])
    return reactivated


def _id_of(organization: str) -> str:
    found = organizations.find(organization) or organizations.find_holder(organization)
    if found is None:
        raise OrganizationNotFound
    return found["_id"]
