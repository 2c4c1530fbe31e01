"""Reading organizations."""

from collections.abc import Iterator
from datetime import timedelta

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
    """Return the organization that has the slug or is moving to it."""
    return organizations().find_one({"slugs": slug})


def find_with_expired_slugs() -> Iterator[OrganizationDocument]:
    """Return the organizations that have former slugs whose time is over."""
    yield from organizations().find({"former_slugs.until": {"$lte": moments.now()}})


def find_present(organization: str) -> OrganizationDocument | None:
    """Return the organization that has an id or slug, or is moving to the slug."""
    return find(organization) or find_holder(organization)


def find_intents(older_than: timedelta) -> Iterator[OrganizationDocument]:
    """Return the organizations whose intent is older than a while, oldest first."""
    due = {"intent.created_at": {"$lt": moments.now() - older_than}}
    yield from organizations().find(due).sort("intent.created_at", 1)
