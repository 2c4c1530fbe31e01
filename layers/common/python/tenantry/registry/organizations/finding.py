"""Reading organizations."""

from collections.abc import Iterator
from datetime import timedelta

from tenantry.errors import OrganizationNotFound
from tenantry.registry import clusters
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import moments


def find(organization_id: str) -> OrganizationDocument | None:
    """Return an organization in whatever state it is."""
    return organizations().find_one({"_id": organization_id})


def find_to_commit(organization_id: str, cluster: str) -> OrganizationDocument | None:
    """Return an organization as somebody must see it who is about to commit a transaction on a cluster.

    Parameters
    ----------
    organization_id : str
        The organization.
    cluster : str
        Where the transaction is.
    """
    return clusters.read_to_commit(organizations(), cluster).find_one({"_id": organization_id})


def find_holder(slug: str) -> OrganizationDocument | None:
    """Return the organization that has a slug, is moving to it, or has left it a while ago."""
    return organizations().find_one({"slugs": slug})


def find_with_expired_slugs() -> Iterator[OrganizationDocument]:
    """Return the organizations that have former slugs whose time is over."""
    yield from organizations().find({"former_slugs.until": {"$lte": moments.now()}})


def find_present(organization: str) -> OrganizationDocument | None:
    """Return the organization that has an id or a slug; see `find_holder`."""
    return find(organization) or find_holder(organization)


def require(organization: str) -> OrganizationDocument:
    """Return the organization that has an id or a slug; see `find_holder`.

    Raises
    ------
    OrganizationNotFound
        There is none.
    """
    present = find_present(organization)
    if present is None:
        raise OrganizationNotFound
    return present


def find_intents(older_than: timedelta) -> Iterator[OrganizationDocument]:
    """Return the organizations whose intent is older than a while, oldest first."""
    due = {"intent.created_at": {"$lt": moments.now() - older_than}}
    yield from organizations().find(due).sort("intent.created_at", 1)
