"""Whom an access token is presumed to speak for: whom it spoke for when this process asked last.

Only a token whose signature this process has verified, and whose key and time are right at this request, is
presumed to be anybody's. So an ended session lets a process read in vain once, and not after the token has
ended.
"""

from typing import Final, cast

from tenantry.errors import InvalidToken
from tenantry.identity import authentication
from tenantry.identity.api_keys import access, texts
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.presuming import Seen
from tenantry.identity.sessions import Identity
from tenantry.identity.tokens import Claims
from tenantry.registry.organizations import moving
from tenantry.registry.organizations.document import OrganizationDocument

MAX_SEEN: Final = 1_000  # tokens, each with a few kilobytes

# Of an organization: nothing that comes before a look depends on them. Members choose how long the first is.
_NOT_KEPT: Final = ("metadata", "properties", "usage", "measure_at")

_seen: Final = Seen[Identity](MAX_SEEN)


def authenticate_bearer(token: str) -> Identity | KeyAccess:
    """Return whom a bearer token speaks for, and presume it if it is one that this process has seen.

    An API key is never presumed to be anybody's.

    Raises
    ------
    InvalidToken, OrganizationSuspended, TooManyRequests
        As of `tenantry.identity.authentication.authenticate_bearer`.
    """
    if texts.is_key(token):
        return access.authenticate(token)
    claims = authentication.verify(token)
    return _seen.presume(claims, lambda seen: _look(claims, seen)) or _ask(claims)


def _look(claims: Claims, seen: Identity) -> OrganizationDocument | None:
    try:
        present = _ask(claims)
    except InvalidToken:
        return None
    if present.membership is None or _kept(present) != seen:
        return None
    return present.membership.organization


def _ask(claims: Claims) -> Identity:
    present = authentication.identity_of(claims)
    if (kept := _kept(present)) is not None:
        _seen.put(claims, kept)
    return present


def _kept(identity: Identity) -> Identity | None:
    """Return what is kept of an identity: nothing unless its organization's documents may be used."""
    membership = identity.membership
    if membership is None or not moving.is_usable(membership.organization):
        return None
    organization = {name: value for name, value in membership.organization.items() if name not in _NOT_KEPT}
    kept = membership._replace(organization=cast("OrganizationDocument", organization))
    return identity._replace(membership=kept)
