"""Whom a token speaks for at this moment, as services that do not use this library are told."""

from typing import Any

from tenantry.errors import InvalidToken, OrganizationSuspended
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.authentication import authenticate_bearer, caller_of
from tenantry.identity.sessions import Identity
from tenantry.registry import limits
from tenantry.registry.organizations import moving
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.runtime.settings import settings


def authenticate(token: str) -> Identity | KeyAccess:
    """Return whom an access token or API key speaks for.

    Raises
    ------
    InvalidToken
        It is not valid at this moment; its organization may be suspended or about to be deleted.
    TooManyRequests
        It is an API key that is not valid, and the source of the request has sent many such.
    """
    try:
        authenticated = authenticate_bearer(token)
    except OrganizationSuspended:
        raise InvalidToken from None
    caller = caller_of(authenticated)
    if caller is not None and caller.organization["state"] == "deleting":
        raise InvalidToken
    return authenticated


def organization_of(organization: OrganizationDocument) -> dict[str, Any]:
    """Return what a service may know of the organization that its caller is in."""
    return {
        "id": organization["_id"],
        "slug": organization["slug"],
        "version": organization["version"],
        "limits": dict(limits.of(organization)),
        "place": _place(organization),
    }


def _place(organization: OrganizationDocument) -> dict[str, str] | None:
    """Return where documents are; None while they are about to be elsewhere.

    In a shared collection, those of the organization have `tenant` as their ``_id.tenant``.
    """
    if organization["state"] != "active" or moving.is_paused(organization):
        return None
    place = place_of(organization)
    named = {
        "cluster": place.cluster,
        # nosemgrep: tenant-collection-outside-fence - the place is told, and not opened
        "database": settings().tenant_database,
        "collection": place.collection,
    }
    return named | ({"tenant": organization["_id"]} if place.pool else {})
