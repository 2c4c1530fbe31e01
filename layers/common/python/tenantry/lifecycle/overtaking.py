"""Changing an organization that others change at the same time."""

from collections.abc import Callable
from typing import Final

from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.intents.settling import settle
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.changing import Overtaken
from tenantry.registry.organizations.document import OrganizationDocument

MAX_ATTEMPTS: Final = 10  # each overtaken by another change


def until_not_overtaken[Result](
    organization: OrganizationDocument, change: Callable[[OrganizationDocument | None], Result]
) -> Result:
    """Change an organization at rest, and start over as long as another change comes first.

    Parameters
    ----------
    organization : OrganizationDocument
        The organization as it was read.
    change : callable
        Changes the organization that it is given, which has no intent; None if it is deleted. It raises
        Overtaken if the organization is to be read again.

    Raises
    ------
    ServiceUnavailable
        Others changed the organization again and again.
    """
    current: OrganizationDocument | None = organization
    for _ in range(MAX_ATTEMPTS):
        try:
            return change(settle(current) if current else None)
        except Overtaken:
            current = finding.find(organization["_id"])
    raise ServiceUnavailable
