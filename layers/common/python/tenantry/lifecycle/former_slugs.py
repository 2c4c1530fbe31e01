"""Removing former slugs from their organization: when their time is over, or earlier."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import FormerSlugNotFound, ServiceUnavailable
from tenantry.identity import members
from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.overtaking import until_not_overtaken
from tenantry.registry import name_holds
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.changing import Overtaken
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.former_slugs import fields, find, present
from tenantry.runtime import mongodb

_NO_FORMER_SLUG: Final = "No organization has left this slug and is still named by it."

Give = Callable[[str, str, ClientSession], None]  # a slug of an organization to whoever may have it next


def drop_expired(organization: OrganizationDocument) -> None:
    """Remove former slugs whose time is over from an organization, unless another change comes first."""
    kept = present(organization)
    if organization["state"] == "active" and kept != organization.get("former_slugs", []):
        with suppress(Overtaken):  # whoever has changed it removes them, or the next one does
            changing.replace(organization, fields(organization["slug"], kept))


def drop_all_expired() -> None:
    """Remove all former slugs whose time is over.

    Raises
    ------
    pymongo.errors.PyMongoError
        Some are removed; the others do not keep anybody from the name.
    """
    for organization in finding.find_with_expired_slugs():
        with suppress(ServiceUnavailable):  # the next run comes back to it
            settled = settle(organization)
            if settled is not None:
                drop_expired(settled)


def release(organization: OrganizationDocument, slug: str) -> None:
    """Let a former slug name its organization no more; its owners alone may take it for a while.

    Raises
    ------
    FormerSlugNotFound
        It is none of the organization's; nothing changed.
    ServiceUnavailable
        Others changed the organization again and again; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: it is released, or nothing changed.
    """
    until_not_overtaken(organization, partial(_release, slug, _hold))


def release_to_all(slug: str) -> OrganizationDocument:
    """Let a former slug name its organization no more, as the operator decides, and be free for all.

    Returns
    -------
    OrganizationDocument
        The organization that has left it, as it was before.

    Raises
    ------
    FormerSlugNotFound
        It is no former slug of any organization; nothing changed.
    ServiceUnavailable, pymongo.errors.PyMongoError
        As of `release`.
    """
    organization = finding.find_holder(slug)
    if organization is None:
        raise FormerSlugNotFound(_NO_FORMER_SLUG)
    try:
        until_not_overtaken(organization, partial(_release, slug, name_holds.end))
    except FormerSlugNotFound:
        raise FormerSlugNotFound(_NO_FORMER_SLUG) from None
    return organization


def _hold(slug: str, organization_id: str, session: ClientSession) -> None:
    owner_ids = members.owners(organization_id, session)
    name_holds.hold_deleted([slug], organization_id, owner_ids, session)


def _release(slug: str, give: Give, current: OrganizationDocument | None) -> None:
    if current is None or find(current, slug) is None:
        raise FormerSlugNotFound
    _replace(current, slug, give)


@mongodb.in_transaction
def _replace(session: ClientSession, current: OrganizationDocument, slug: str, give: Give) -> None:
    kept = [former for former in present(current) if former["slug"] != slug]
    changing.replace(current, fields(current["slug"], kept), session)
    give(slug, current["_id"], session)
    recording.record("organization.slug_released", [current["_id"]], session, {"slug": slug})
