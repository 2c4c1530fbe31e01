"""Who is calling: a bearer token, checked against what the master database knows at this moment."""

from tenantry.errors import InvalidToken
from tenantry.identity import sessions, tokens
from tenantry.identity.api_keys import access, texts
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.keys import public_keys
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity
from tenantry.identity.tokens import Claims
from tenantry.runtime.request_context import Actor

Caller = Membership | KeyAccess
"""Who is in an organization: a member, or a program with an API key."""


def authenticate_bearer(token: str) -> Identity | KeyAccess:
    """Return whom a bearer token speaks for: an access token, or an API key.

    Raises
    ------
    InvalidToken, OrganizationSuspended, TooManyRequests
        As of `authenticate`, and of `tenantry.identity.api_keys.access.authenticate`.
    """
    return access.authenticate(token) if texts.is_key(token) else authenticate(token)


def caller_of(authenticated: Identity | KeyAccess) -> Caller | None:
    """Return whom a token speaks for in its organization; None if it is for none."""
    return authenticated if isinstance(authenticated, KeyAccess) else authenticated.membership


def actor_of(authenticated: Identity | KeyAccess) -> Actor:
    """Return who is recorded to have done what is done with a token: its account, or the API key."""
    if isinstance(authenticated, KeyAccess):
        return Actor("key", authenticated.key_id)
    return Actor("account", authenticated.account_id)


def rate_of(authenticated: Identity | KeyAccess) -> int | None:
    """Return how many requests a minute may be sent with an API key; None if it has no rate of its own."""
    return authenticated.requests_per_minute if isinstance(authenticated, KeyAccess) else None


def authenticate(token: str) -> Identity:
    """Return whom a token speaks for; one round trip once the keys are cached.

    Parameters
    ----------
    token : str
        The access token in compact serialisation.

    Raises
    ------
    InvalidToken
        The token is not Tenantry's or expired; its session has ended; the organization or account is gone,
        or the account's tokens have been revoked since it was issued.
    """
    return identity_of(verify(token))


def verify(token: str) -> Claims:
    """Check an access token by itself, and return its claims; whether they still hold is not asked.

    Raises
    ------
    InvalidToken
        The token is not Tenantry's or expired.
    """
    return tokens.verify(token, public_keys.find_key)


def identity_of(claims: Claims) -> Identity:
    """Return whom the claims of a token that has been verified speak for at this moment; one round trip.

    Raises
    ------
    InvalidToken
        As from `authenticate`.
    """
    identity = sessions.identity(claims.sid, claims.sub)
    if identity is None or identity.auth_epoch != claims.epoch:
        raise InvalidToken
    membership = identity.membership
    organization_id = membership.organization_id if membership else None
    if organization_id != claims.org_id or int(identity.authenticated_at.timestamp()) != claims.auth_time:
        raise InvalidToken
    if membership is not None and membership.organization.get("suspended_at"):
        raise InvalidToken
    return identity
