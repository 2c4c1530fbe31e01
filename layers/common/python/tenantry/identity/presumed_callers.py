"""Whom a bearer token is presumed to speak for: whom it spoke for when this process asked last.

An access token is presumed to be anybody's only if this process has verified its signature, and its signing
key and its time are right at this request; an API key only if this process has seen the SHA-256 of its whole
text. So an ended session or a revoked key lets a process read in vain once.
"""

from typing import Final, cast

from tenantry.errors import InvalidToken
from tenantry.identity import authentication
from tenantry.identity.api_keys import access, texts
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.api_keys.texts import KeyText
from tenantry.identity.presuming import Seen
from tenantry.identity.sessions import Identity
from tenantry.identity.tokens import LIFETIME_SECONDS, Claims
from tenantry.registry.organizations import moving
from tenantry.registry.organizations.document import OrganizationDocument

MAX_SEEN: Final = 1_000  # tokens, and as many API keys, each with a few kilobytes
MAX_AGE_SECONDS: Final = LIFETIME_SECONDS  # of an access token; an API key lives on

# Of an organization: nothing that comes before a look depends on them. Members choose how long the first is.
_NOT_KEPT: Final = ("metadata", "properties", "usage", "measure_at")

_seen: Final = Seen[Identity](MAX_SEEN, MAX_AGE_SECONDS)
_seen_keys: Final = Seen[KeyAccess](MAX_SEEN, MAX_AGE_SECONDS)


def authenticate_bearer(token: str) -> Identity | KeyAccess:
    """Return whom a bearer token speaks for, and presume it if it is one that this process has seen.

    Raises
    ------
    InvalidToken, OrganizationSuspended, TooManyRequests
        As of `tenantry.identity.authentication.authenticate_bearer`.
    """
    if texts.is_key(token):
        sent = access.parse(token)
        return _seen_keys.presume(sent.hash, lambda seen: _look_at_key(sent, seen)) or _ask_for_key(sent)
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
    kept = membership._replace(organization=_kept_of(membership.organization))
    return identity._replace(membership=kept)


def _look_at_key(sent: KeyText, seen: KeyAccess) -> OrganizationDocument | None:
    """Look at a key; one that is not valid is counted when the request starts over, and not here as well."""
    present = access.find(sent)
    if present is None or _kept_of_key(present) != seen:
        return None
    _seen_keys.put(sent.hash, seen)
    return present.organization


def _ask_for_key(sent: KeyText) -> KeyAccess:
    present = access.require(sent)
    if (kept := _kept_of_key(present)) is not None:
        _seen_keys.put(sent.hash, kept)
    return present


def _kept_of_key(key: KeyAccess) -> KeyAccess | None:
    if not moving.is_usable(key.organization):
        return None
    return key._replace(organization=_kept_of(key.organization))


def _kept_of(organization: OrganizationDocument) -> OrganizationDocument:
    kept = {name: value for name, value in organization.items() if name not in _NOT_KEPT}
    return cast("OrganizationDocument", kept)
