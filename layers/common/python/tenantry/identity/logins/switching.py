"""Switching a session to another organization of its account, with a refresh token.

The session moves, so that it stays one chain of refresh tokens, in which a stolen one shows (`refreshing`).
See docs/decisions/0047-recent-logins-and-switching.md.
"""

from typing import Final

from pymongo.client_session import ClientSession

from tenantry.errors import (
    InvalidRefreshToken,
    OrganizationNotFound,
    RefreshTokenReplaced,
    ServiceUnavailable,
)
from tenantry.identity import accounts, members
from tenantry.identity.addresses import unverified_accounts
from tenantry.identity.logins import issuing, refresh_tokens, refreshing
from tenantry.identity.logins.refresh_tokens import RefreshToken
from tenantry.identity.members import Membership
from tenantry.identity.memberships import locking
from tenantry.identity.sessions import SessionDocument, Started, Tokens, living, record, sessions
from tenantry.runtime import mongodb
from tenantry.runtime.request_context import Actor

_NOT_FOUND: Final = "There is no such organization, or the account is not a member of it."


def switch(refresh_token: str, organization: str) -> Tokens:
    """Move a session to an organization of its account, and replace its refresh token as a refresh does.

    Access tokens for the organization before are dead afterwards. A token that was replaced a moment ago
    gives the session's current tokens again, if the session is in this organization; it moves no session.

    Parameters
    ----------
    refresh_token : str
        As it was sent.
    organization : str
        Slug, former slug or id of where to go; where the session is already, this is a refresh.

    Raises
    ------
    InvalidRefreshToken
        As of `refreshing.rotate`, or the session's membership or password is gone.
    EmailNotVerified
        The account's address should have been verified by now; nothing changed.
    OrganizationNotFound
        The account is a member of no such organization, or it is being deleted; nothing changed.
    OrganizationSuspended
        It is suspended; nothing changed, unless it has been suspended a moment ago, which ends the session.
    RefreshTokenReplaced
        The token was replaced a moment ago, and the session is not in this organization; nothing changed.
    ServiceUnavailable
        Other requests overtook this one again and again.
    pymongo.errors.PyMongoError
        Outcome unknown; the same request may be sent again for `refreshing.OVERLAP`.
    """
    token = refresh_tokens.parse(refresh_token)
    for _ in range(refreshing.MAX_ATTEMPTS):
        _check_may_go_on(refreshing.find(token))
        if (started := _move(token, organization) or _repeat(token, organization)) is not None:
            return _issue(started)
    raise ServiceUnavailable


def _check_may_go_on(session: SessionDocument) -> None:
    """Check that a session is not over, and that its account may log in."""
    identity = issuing.identity_of(session)
    account = accounts.find(session["account_id"])
    if identity is None or account is None:
        raise InvalidRefreshToken
    unverified_accounts.check_may_log_in(account)


@mongodb.in_transaction
def _move(transaction: ClientSession, token: RefreshToken, organization: str) -> Started | None:
    """Move the session and replace its token; None if the token is not the current one.

    The account is locked, as whoever removes a membership locks it, so none is removed meanwhile.
    """
    session = sessions().find_one(living(token) | {"current_hash": token.step_hash}, session=transaction)
    if session is None:
        return None
    locking.lock_accounts([session["account_id"]], transaction)
    member = _member(session, organization, transaction)
    place = {"member_id": member.member_id, "organization_id": member.organization_id}
    started = refreshing.replace(token, place, transaction)
    if started is None:
        return None
    if session["organization_id"] != member.organization_id:
        _record(session, member, transaction)
    return started._replace(session=session | {"organization_id": member.organization_id})


def _repeat(token: RefreshToken, organization: str) -> Started | None:
    """Give the current token again if the session is in this organization; None if it changed meanwhile."""
    started = refreshing.repeat(token)
    if started is None:
        return None
    member = _member(started.session, organization)
    if started.session["organization_id"] != member.organization_id:
        raise RefreshTokenReplaced
    return started


def _issue(started: Started) -> Tokens:
    """Issue the tokens, unless the session has moved on meanwhile: none is for another organization."""
    issued = issuing.issue(started)
    if issued is None:
        raise InvalidRefreshToken
    if issued.organization is None or issued.organization["_id"] != started.session["organization_id"]:
        raise RefreshTokenReplaced
    return issued


def _member(
    session: SessionDocument, organization: str, transaction: ClientSession | None = None
) -> Membership:
    """Return the membership that a session's account has in an organization that can be logged in to."""
    memberships = members.choices(session["account_id"], organization, 1, transaction)
    if not memberships or memberships[0].organization["state"] == "deleting":
        raise OrganizationNotFound(_NOT_FOUND)
    if memberships[0].auth_epoch != session["auth_epoch"]:
        raise InvalidRefreshToken
    issuing.check_open(memberships[0])
    return memberships[0]


def _record(session: SessionDocument, member: Membership, transaction: ClientSession) -> None:
    """Record the switch in both organizations, of which neither is told the other."""
    actor = Actor("account", session["account_id"])
    if session["organization_id"] is not None:
        record("session.switched", session, transaction, actor, direction="out")
    entered = session | {"organization_id": member.organization_id}
    record("session.switched", entered, transaction, actor, direction="in")
