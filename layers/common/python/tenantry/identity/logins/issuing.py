"""Issuing the tokens of a session, after a look at whom it speaks for at that moment."""

from typing import NamedTuple

from tenantry.errors import EmailNotVerified, OrganizationSuspended, ServiceUnavailable
from tenantry.identity import sessions, tokens
from tenantry.identity.addresses import unverified_accounts
from tenantry.identity.keys.signing_key import InvalidSigningKey, SigningKey
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity, SessionDocument, Started, Tokens
from tenantry.identity.tokens import InOrganization
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime.observability import logger
from tenantry.runtime.secrets import read_secret
from tenantry.runtime.settings import settings


class AccessToken(NamedTuple):
    """An access token, and the organization that it is for, if it is for any."""

    token: str
    organization: OrganizationDocument | None


def issue(started: Started) -> Tokens | None:
    """Issue the access token of a session and join it with the refresh token; as `issue_access_token`."""
    access_token = issue_access_token(started.session)
    return access_token and Tokens(access_token.token, started.refresh_token, access_token.organization)


def issue_access_token(session: SessionDocument) -> AccessToken | None:
    """Issue an access token of a session, which has been stored or changed just before.

    Returns
    -------
    AccessToken, optional
        For the organization that the session is in by now; None if its membership, its password or the
        session itself is gone. The session has ended then.

    Raises
    ------
    EmailNotVerified
        The account's address should have been verified by now; the session has ended.
    OrganizationSuspended
        The session's organization is suspended; the session has ended.
    ServiceUnavailable
        No signing key exists yet.
    """
    identity = identity_of(session)
    if identity is None:
        return None
    try:
        check_open(identity.membership)
        unverified_accounts.check_may_go_on(identity.account_id)
    except (EmailNotVerified, OrganizationSuspended):
        sessions.end(session["_id"])  # the suspension may have ended the others before this one was stored
        raise
    token = tokens.issue(
        _signing_key(),
        session_id=session["_id"],
        account_id=identity.account_id,
        organization=_in_organization(identity.membership),
        epoch=identity.auth_epoch,
        authenticated_at=identity.authenticated_at,
    )
    return AccessToken(token, identity.membership.organization if identity.membership else None)


def identity_of(session: SessionDocument) -> Identity | None:
    """Return whom a session speaks for; None if its membership or its password is gone. It has ended then."""
    logger.append_keys(account_id=session["account_id"])
    identity = sessions.identity(session["_id"], session["account_id"])
    if identity is None or identity.auth_epoch != session["auth_epoch"]:
        sessions.end(session["_id"])
        return None
    return identity


def check_open(membership: Membership | None) -> None:
    """Raise OrganizationSuspended if a session is to be in an organization that is suspended."""
    if membership is None:
        return
    logger.append_keys(organization_id=membership.organization_id)
    if membership.organization.get("suspended_at"):
        raise OrganizationSuspended


def _in_organization(membership: Membership | None) -> InOrganization | None:
    if membership is None:
        return None
    organization = membership.organization
    return InOrganization(organization["_id"], organization["slug"], membership.role)


def _signing_key() -> SigningKey:
    """Return the newest signing key; right after the first deployment it may not be there yet."""
    arn = settings().signing_key_secret_arn
    try:
        return SigningKey.from_json(read_secret(arn))
    except InvalidSigningKey:
        pass
    try:
        return SigningKey.from_json(read_secret(arn, max_age=0))
    except InvalidSigningKey:
        raise ServiceUnavailable("No signing key exists yet. Repeat the request after a while.") from None
