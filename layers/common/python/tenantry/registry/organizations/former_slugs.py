"""Slugs that an organization has left and that still name it, for its members, until their time is over.

Each stands in `former_slugs`, and in `slugs` as well, whose unique index keeps it from others. Whoever wants
it after its time gets it, whether or not it has been removed by then (`tenantry.lifecycle.former_slugs`).
"""

from datetime import timedelta
from typing import Any, Final

from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.embedded import FormerSlug
from tenantry.runtime import moments
from tenantry.runtime.settings import settings

# At a time, or chains of renames could keep any number of names from others. The first ones stay, so that the
# renames of a thief push none out.
MAX: Final = 3


def present(organization: OrganizationDocument) -> list[FormerSlug]:
    """Return those of an organization's former slugs that still name it."""
    now = moments.now()
    return [former for former in organization.get("former_slugs", []) if former["until"] > now]


def find(organization: OrganizationDocument, slug: str) -> FormerSlug | None:
    """Return a former slug of an organization that still names it; None if it does not."""
    return next((former for former in present(organization) if former["slug"] == slug), None)


def named(slug: str | None) -> dict[str, Any]:
    """Return the query for organizations, each a field `organization`, that a former slug still names."""
    match = {"slug": slug, "until": {"$gt": moments.now()}}
    return {"organization.former_slugs": {"$elemMatch": match}}


def after_rename(organization: OrganizationDocument, slug: str) -> list[FormerSlug]:
    """Return an organization's former slugs once it has another slug."""
    kept = [former for former in present(organization) if former["slug"] != slug]
    days = settings().former_slug_days
    if days and len(kept) < MAX:
        now = moments.now()
        kept.append({"slug": organization["slug"], "since": now, "until": now + timedelta(days=days)})
    return kept


def fields(slug: str, former: list[FormerSlug]) -> dict[str, Any]:
    """Return what is stored of an organization's slug and former slugs, besides the slug itself."""
    return {"slugs": [slug, *(each["slug"] for each in former)], "former_slugs": former}
