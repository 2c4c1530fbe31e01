"""Documents of the master collection `invitations`, none of which holds what accepts an invitation."""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import InvitationExpired, InvitationRevoked, InvitationUsed, TenantryError
from tenantry.identity.addresses.email_addresses import folded
from tenantry.identity.roles import Role
from tenantry.runtime import ids, moments, mongodb

LIFETIME: Final = timedelta(days=7)  # since it was sent last
KEPT_FOR: Final = timedelta(days=30)  # after that, so that whoever has a link is told what has become of it

State = Literal["pending", "accepted", "revoked", "expired"]
_PROBLEMS: Final = MappingProxyType[State, type[TenantryError]](
    {"accepted": InvitationUsed, "revoked": InvitationRevoked, "expired": InvitationExpired}
)


class Sent(TypedDict):
    """By whom an invitation was sent last, in which mail, until when it is valid, and when it is removed."""

    invited_by: str
    mail_id: str
    expires_at: datetime
    removed_at: datetime


class InvitationDocument(Sent):
    """An invitation as it is stored.

    `email` is folded; `address` is the same as the inviter wrote it, where that differs. `invited_by` is an
    account. The link of any mail but `mail_id` is dead. One that is pending may have expired; it is stored as
    expired once the address got another invitation.
    """

    _id: str
    organization_id: str
    email: str
    address: NotRequired[str]
    role: Role
    state: State
    created_at: datetime


def invitations() -> Collection[InvitationDocument]:
    """Return the master's collection of invitations."""
    return mongodb.collection("invitations")


def sent(account_id: str, mail_id: str) -> Sent:
    """Return what is stored of an invitation that an account sends now."""
    expires_at = moments.now() + LIFETIME
    return {
        "invited_by": account_id,
        "mail_id": mail_id,
        "expires_at": expires_at,
        "removed_at": expires_at + KEPT_FOR,
    }


def create_document(
    invitation_id: str, organization_id: str, address: str, role: Role, sending: Sent
) -> InvitationDocument:
    """Make the document of an invitation that is about to be created.

    Parameters
    ----------
    invitation_id : str
        From `draw_id`.
    organization_id : str
        Who joins which organization.
    address : str
        As `tenantry.identity.addresses.email_addresses.check_address` gives it.
    role : Role
        What whoever accepts it gets.
    sending : Sent
        From `sent`.
    """
    document: InvitationDocument = {
        "invited_by": sending["invited_by"],
        "mail_id": sending["mail_id"],
        "expires_at": sending["expires_at"],
        "removed_at": sending["removed_at"],
        "_id": invitation_id,
        "organization_id": organization_id,
        "email": folded(address),
        "role": role,
        "state": "pending",
        "created_at": moments.now(),
    }
    return document if document["email"] == address else document | {"address": address}


def draw_id() -> str:
    """Return the id of an invitation."""
    return ids.random_id("inv")


def address_of(invitation: InvitationDocument) -> str:
    """Return the address that is invited, as the inviter wrote it."""
    return invitation.get("address", invitation["email"])


def pending_of(organization_id: str) -> mongodb.Document:
    """Return the query for an organization's invitations that can be accepted."""
    return {
        "organization_id": organization_id,
        "state": "pending",
        "expires_at": {"$gt": moments.now()},
    }


def state_of(invitation: InvitationDocument) -> State:
    """Return the state that an invitation is in at this moment."""
    has_expired = invitation["expires_at"] <= moments.now()
    return "expired" if invitation["state"] == "pending" and has_expired else invitation["state"]


def check_pending(invitation: InvitationDocument) -> None:
    """Raise unless an invitation can be accepted.

    Raises
    ------
    InvitationUsed, InvitationRevoked, InvitationExpired
        It has been accepted or revoked, its time is over, or its address has got another one since.
    """
    if problem := _PROBLEMS.get(state_of(invitation)):
        raise problem


def remove_all(organization_id: str, session: ClientSession) -> None:
    """Remove an organization's invitations, within the transaction that deletes it.

    Whoever accepts one at the same time writes to it, so that one of both transactions sees what the other
    has done.
    """
    invitations().delete_many({"organization_id": organization_id}, session=session)
