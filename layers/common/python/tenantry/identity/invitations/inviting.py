"""What members of an organization do with its invitations: send, send again, revoke and list them.

Neither the answer nor the commands tell whether the address has an account, except that of a member of the
same organization, whose members see each other's addresses.
"""

from datetime import timedelta
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.errors import (
    AlreadyInvited,
    AlreadyMember,
    InvalidToken,
    InvitationNotFound,
    InvitationUsed,
)
from tenantry.identity import accounts, counters, members
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import unverified_accounts
from tenantry.identity.addresses.email_addresses import folded
from tenantry.identity.invitations.document import (
    InvitationDocument,
    Sent,
    address_of,
    check_pending,
    create_document,
    draw_id,
    invitations,
    sent,
    state_of,
)
from tenantry.identity.mail import limits, queue
from tenantry.identity.mail.kinds.invitation import INVITATION
from tenantry.identity.members import Membership
from tenantry.identity.memberships import locking, seats
from tenantry.identity.roles import Role
from tenantry.language.paging import Page, find_page
from tenantry.language.sorting import Sort
from tenantry.runtime import mongodb

MAILS_PER_ACCOUNT: Final = 100  # an hour, besides the limits of each address and source
_NEWEST_FIRST: Final[Sort] = [("created_at", -1), ("_id", -1)]


def invite(inviter: Membership, address: str, role: Role) -> InvitationDocument:
    """Invite whoever has an address to the inviter's organization; the mail is sent within seconds.

    Parameters
    ----------
    inviter : Membership
        Of a role that may give the other one.
    address : str
        As `tenantry.identity.addresses.email_addresses.check_address` gives it.
    role : Role
        What whoever accepts it gets.

    Raises
    ------
    MailNotConfigured, EmailNotVerified, TooManyRequests
        This deployment sends no mail, the inviter's own address is not verified, or the account, the source
        or the address has to wait. Nothing changed.
    AlreadyMember, AlreadyInvited, LimitReached
        Nothing changed.
    InvalidToken, OrganizationNotFound
        The inviter's account or the organization is gone.
    pymongo.errors.PyMongoError
        Outcome unknown: all of it or nothing. After a repetition, `AlreadyInvited` tells that it is done.
    """
    account = _admitted(inviter, address)
    return _invite(inviter, account, address, role)


@mongodb.in_transaction
def _invite(
    session: ClientSession, inviter: Membership, account: AccountDocument, address: str, role: Role
) -> InvitationDocument:
    organization_id = inviter.organization_id
    locking.lock(organization_id, session)  # so that invitations count each other, and none outlives it
    _check_no_member(organization_id, folded(address), session)
    _check_not_pending(organization_id, folded(address), session)
    seats.check_invites(organization_id, session)
    invitation_id = draw_id()
    sending = _send(invitation_id, address, inviter, account, session)
    invitation = create_document(invitation_id, organization_id, address, role, sending)
    invitations().insert_one(invitation, session=session)
    _record("invitation.created", invitation, session)
    return invitation


def resend(inviter: Membership, invitation_id: str) -> InvitationDocument:
    """Send the mail of an invitation again; it is valid for as long as one sent anew, in the caller's name.

    Links of earlier mails are dead afterwards, those that wait to be sent included.

    Raises
    ------
    MailNotConfigured, EmailNotVerified, TooManyRequests
        As of `invite`.
    InvitationNotFound
        The organization has none of this id.
    InvitationUsed, InvitationRevoked, InvitationExpired
        It has been accepted or revoked, or the address has got another one. Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: all of it or nothing.
    """
    invitation = _find(inviter.organization_id, invitation_id)
    account = _admitted(inviter, address_of(invitation))
    return _resend(inviter, account, invitation)


@mongodb.in_transaction
def _resend(
    session: ClientSession, inviter: Membership, account: AccountDocument, invitation: InvitationDocument
) -> InvitationDocument:
    sending = _send(invitation["_id"], address_of(invitation), inviter, account, session)
    resent = _change(inviter.organization_id, invitation["_id"], dict(sending), session)
    if resent is None:
        check_pending(_find(inviter.organization_id, invitation["_id"], session))
        raise InvitationNotFound
    _record("invitation.resent", resent, session)
    return resent


@mongodb.in_transaction
def revoke(session: ClientSession, organization_id: str, invitation_id: str) -> None:
    """Revoke an invitation, which nobody accepts afterwards; to revoke it again changes nothing.

    Raises
    ------
    InvitationNotFound
        The organization has none of this id.
    InvitationUsed
        It has been accepted. Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    revoked = _change(organization_id, invitation_id, {"state": "revoked"}, session)
    if revoked is not None:
        _record("invitation.revoked", revoked, session)
    elif _find(organization_id, invitation_id, session)["state"] == "accepted":
        raise InvitationUsed


def list_page(organization_id: str, limit: int, cursor: str | None) -> Page:
    """Return invitations of an organization, the newest first; see `tenantry.language.paging`.

    Raises
    ------
    InvalidFields, CursorOutdated
        The cursor is none of this list.
    """
    collection: Collection[Any] = invitations()  # a pipeline makes other documents of them
    query = {"organization_id": organization_id}
    return find_page(lambda stages: list(collection.aggregate(stages)), query, _NEWEST_FIRST, limit, cursor)


def _admitted(inviter: Membership, address: str) -> AccountDocument:
    """Return the account of whoever asks for a mail to an address, once that is counted."""
    queue.check_configured()
    account = accounts.find(inviter.account_id)
    if account is None:
        raise InvalidToken
    unverified_accounts.check_may_invite(account)
    counters.spend(
        counters.key_of(f"invitations of {account['_id']}"),
        timedelta(hours=1) / MAILS_PER_ACCOUNT,
        MAILS_PER_ACCOUNT,
        "Too many invitations were sent. Wait before the next one; see Retry-After.",
    )
    limits.admit(INVITATION, address)
    return account


def _check_no_member(organization_id: str, email: str, session: ClientSession) -> None:
    """Raise if the address is a member's; it takes the same commands whether there is an account or not."""
    account = accounts.accounts().find_one({"email": email}, {"_id": 1}, session=session)
    member = {"organization_id": organization_id, "account_id": account["_id"] if account else ""}
    if members.members().find_one(member, {"_id": 1}, session=session):
        raise AlreadyMember


def _check_not_pending(organization_id: str, email: str, session: ClientSession) -> None:
    """Raise if the address has an invitation already; one that has expired makes room for another."""
    pending = {"organization_id": organization_id, "email": email, "state": "pending"}
    present = invitations().find_one(pending, session=session)
    if present is None:
        return
    if state_of(present) == "pending":
        raise AlreadyInvited(invitation=present["_id"])
    invitations().update_one({"_id": present["_id"]}, {"$set": {"state": "expired"}}, session=session)


def _send(
    invitation_id: str, address: str, inviter: Membership, account: AccountDocument, session: ClientSession
) -> Sent:
    values = {"organization": inviter.organization["name"], "inviter": accounts.address_of(account)}
    mail_id = queue.put(INVITATION, address, session, values, {"invitation_id": invitation_id})
    return sent(account["_id"], mail_id)


def _change(
    organization_id: str, invitation_id: str, changes: dict[str, Any], session: ClientSession
) -> InvitationDocument | None:
    """Change an invitation that is pending; return it as it is then, or None."""
    return invitations().find_one_and_update(
        {"_id": invitation_id, "organization_id": organization_id, "state": "pending"},
        {"$set": changes},
        return_document=ReturnDocument.AFTER,
        session=session,
    )


def _find(
    organization_id: str, invitation_id: str, session: ClientSession | None = None
) -> InvitationDocument:
    own = {"_id": invitation_id, "organization_id": organization_id}
    invitation = invitations().find_one(own, session=session)
    if invitation is None:
        raise InvitationNotFound
    return invitation


def _record(action: recording.Action, invitation: InvitationDocument, session: ClientSession) -> None:
    details = {"invitation_id": invitation["_id"], "role": invitation["role"]}
    recording.record(action, [invitation["organization_id"]], session, details)
