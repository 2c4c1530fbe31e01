"""Accepting an invitation: by an account that has the address, or by a sign-up that verifies the address.

Whoever shows the link reads the mail of the address. Whoever is also logged in with the account of that
address uses the account, so that its address is verified. Anybody else chooses a password: for an account
that is created, or for one whose address was not verified, which is taken over (docs/decisions/0048 and
0051). An account whose address is verified is entered with its password alone.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import (
    EmailTaken,
    InvalidToken,
    InvitationForAnotherAddress,
    InvitationReplaced,
    InvitationVoid,
    OrganizationNotFound,
    OrganizationSuspended,
)
from tenantry.identity import accounts, counters, links, members, passwords
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import address_proof
from tenantry.identity.addresses.email_addresses import is_same_mailbox
from tenantry.identity.invitations.document import (
    InvitationDocument,
    address_of,
    check_pending,
    invitations,
)
from tenantry.identity.links import LinkDocument
from tenantry.identity.memberships import joining
from tenantry.identity.roles import LEAST_ROLES, Role, is_at_least
from tenantry.identity.sessions import Identity
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import mongodb
from tenantry.runtime.request_context import Actor

TRIES: Final = 10  # to sign up by an invitation, of which a minute forgives one
_TOO_MANY: Final = "The invitation was tried too often. Wait before the next try; see Retry-After."
_DELETED: Final = "The organization of this invitation has been deleted."
_LOG_IN: Final = (
    "An account with the invited e-mail address exists. Log in, and accept the invitation with its token."
)

AccountOf = Callable[[InvitationDocument, ClientSession], AccountDocument]
"""Returns, or makes within the transaction, the account that accepts an invitation."""


class Offer(NamedTuple):
    """An invitation that can be accepted, and the organization that it is for."""

    invitation: InvitationDocument
    organization: OrganizationDocument


class Accepted(NamedTuple):
    """Which organization an account has joined, and with which role."""

    organization: OrganizationDocument
    account: AccountDocument
    role: Role


def accept(caller: Identity, token: str) -> Accepted:
    """Make the caller's account, whose address is the invited one, a member; the address is verified with it.

    Raises
    ------
    LinkNotFound
        The token is that of no invitation. Nothing changed, here and below.
    InvitationUsed, InvitationRevoked, InvitationExpired, InvitationReplaced, InvitationVoid
        What has become of the invitation.
    OrganizationNotFound, OrganizationSuspended
        What has become of the organization.
    InvitationForAnotherAddress
        The account has another address.
    AlreadyMember, LimitReached
        The account is a member, or the organization has as many as it may.
    InvalidToken
        The account is gone.
    pymongo.errors.PyMongoError
        Outcome unknown: all of it or nothing. After a repetition, `InvitationUsed` tells that it is done.
    """
    return _accept(links.find("invitation", token), partial(_own_account, caller.account_id))


def accept_by_sign_up(token: str, password: str) -> Accepted:
    """Make an account with the invited address and this password a member; the address is verified.

    An account whose address was not verified gets the password, and its sessions, tokens and links end.

    Parameters
    ----------
    token : str
        Of the link.
    password : str
        In the form that `tenantry.identity.passwords.canonical_password` gives.

    Raises
    ------
    EmailTaken
        An account has the address and has verified it: whoever has it logs in. Nothing changed.
    InvalidFields
        The password is guessable. Nothing changed.
    TooManyRequests
        The invitation was tried too often; no password is hashed.
    TenantryError
        What `accept` raises of invitations and organizations.
    pymongo.errors.PyMongoError
        Outcome unknown, as of `accept`.
    """
    link = links.find("invitation", token)
    try:
        return _accept_by_sign_up(link, password)
    except EmailTaken:
        # The account may be the one that this invitation has just made: then that is the answer.
        _offer(link, None)
        raise


def _accept_by_sign_up(link: LinkDocument, password: str) -> Accepted:
    invitation, organization = _offer(link, None)
    account = accounts.find_by_email(invitation["email"])
    if account is not None and not _falls_to_reader(account, invitation):
        raise EmailTaken(_LOG_IN)
    passwords.refuse_guessable("password", password, [invitation["email"], organization["name"]])
    # What refuses it in the transaction refuses the next try as well, and each hashes a password.
    key = counters.key_of(f"tries of {invitation['_id']}")
    counters.spend(key, timedelta(minutes=1), TRIES, _TOO_MANY)
    return _accept(link, partial(_account_with, passwords.hash_password(password)))


@mongodb.in_transaction
def _accept(session: ClientSession, link: LinkDocument, account_of: AccountOf) -> Accepted:
    invitation, organization = _offer(link, session)
    account_id = account_of(invitation, session)["_id"]
    # Whatever else becomes of the invitation, with its organization or by itself, writes to it, too.
    invitations().update_one({"_id": invitation["_id"]}, {"$set": {"state": "accepted"}}, session=session)
    joining.add(organization["_id"], account_id, invitation["role"], session)
    _record(invitation, account_id, session)
    account = accounts.find(account_id, session)
    if account is None:
        raise InvalidToken
    return Accepted(organization, account, invitation["role"])


def _offer(link: LinkDocument, session: ClientSession | None) -> Offer:
    """Return what a link offers, or raise why it offers nothing any more."""
    invitation = invitations().find_one({"_id": link["invitation_id"]}, session=session)
    if invitation is None:
        raise OrganizationNotFound(_DELETED)
    check_pending(invitation)
    if invitation["mail_id"] != link["mail_id"]:
        raise InvitationReplaced
    organization = organizations().find_one({"_id": invitation["organization_id"]}, session=session)
    if organization is None or organization["state"] == "deleting":
        raise OrganizationNotFound(_DELETED)
    if organization.get("suspended_at"):
        raise OrganizationSuspended
    _check_inviter(invitation, session)
    return Offer(invitation, organization)


def _check_inviter(invitation: InvitationDocument, session: ClientSession | None) -> None:
    """Raise unless the inviter is still a member who may invite, and gives no more than it has."""
    inviter = members.members().find_one(
        {"organization_id": invitation["organization_id"], "account_id": invitation["invited_by"]},
        session=session,
    )
    needed: tuple[Role, Role] = (LEAST_ROLES["invite members"], invitation["role"])
    if inviter is None or not all(is_at_least(inviter["role"], role) for role in needed):
        raise InvitationVoid


def _own_account(account_id: str, invitation: InvitationDocument, session: ClientSession) -> AccountDocument:
    account = accounts.find(account_id, session)
    if account is None:
        raise InvalidToken
    if not is_same_mailbox(accounts.address_of(account), address_of(invitation)):
        raise InvitationForAnotherAddress
    address_proof.note(account, "invitation", session)
    return account


def _account_with(
    password_hash: str, invitation: InvitationDocument, session: ClientSession
) -> AccountDocument:
    account = accounts.find_by_email(invitation["email"], session)
    if account is None:
        account = accounts.create_document(address_of(invitation), password_hash)
        accounts.insert(account, session)
        address_proof.note(account, "invitation", session)
    elif not _falls_to_reader(account, invitation) or not address_proof.take_over(
        account, password_hash, "invitation", session
    ):
        raise EmailTaken(_LOG_IN)
    return account


def _falls_to_reader(account: AccountDocument, invitation: InvitationDocument) -> bool:
    """Tell whether an account's address is not verified, and the invitation was mailed to just that."""
    is_mailed_there = is_same_mailbox(accounts.address_of(account), address_of(invitation))
    return is_mailed_there and not accounts.is_verified(account)


def _record(invitation: InvitationDocument, account_id: str, session: ClientSession) -> None:
    organization_ids = [invitation["organization_id"]]
    decided_by = recording.origin(Actor("account", account_id))
    details = {"invitation_id": invitation["_id"], "role": invitation["role"], "account_id": account_id}
    for action in ("invitation.accepted", "member.joined"):
        recording.record(action, organization_ids, session, details, decided_by)
