"""Handing ownership over: an owner offers it to another member, who accepts.

The offer stands in the owner's own member document. So it ends with the owner's role, and with the member. It
ends as well when the member becomes an owner in another way.
"""

from datetime import timedelta
from typing import Any, Final, NamedTuple

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.errors import (
    AlreadyOwner,
    InvalidFields,
    InvalidToken,
    RoleTooLow,
    TransferNotFound,
    TransferPending,
)
from tenantry.identity import members
from tenantry.identity.members import MemberDocument, Membership, OwnershipOffer
from tenantry.identity.memberships import joining, locking
from tenantry.identity.roles import LEAST_ROLES
from tenantry.runtime import moments, mongodb

LIFETIME: Final = timedelta(days=7)  # of an offer


class Transfer(NamedTuple):
    """An offer that can be accepted, who has made it, and to whom."""

    owner: MemberDocument
    member: MemberDocument
    offer: OwnershipOffer


class Offered(NamedTuple):
    """An offer, and whether there was none before."""

    transfer: Transfer
    is_created: bool


def find(organization_id: str, session: ClientSession | None = None) -> Transfer | None:
    """Return the offer of an organization that can be accepted at this moment; there is one at most."""
    stored: Collection[Any] = members.members()
    living = {"organization_id": organization_id, "role": "owner"}
    results = stored.aggregate(
        [
            {"$match": living | {"ownership_offer.expires_at": {"$gt": moments.now()}}},
            {"$replaceRoot": {"newRoot": {"owner": "$$ROOT"}}},
            *members.join(stored, "owner.ownership_offer.member_id", "member"),
        ],
        session=session,
    )
    joined = next(iter(results), None)
    return joined and Transfer(joined["owner"], joined["member"], joined["owner"]["ownership_offer"])


@mongodb.in_transaction
def offer(session: ClientSession, caller: Membership, member_id: str) -> Offered:
    """Offer a member of the caller's organization to become its owner in the caller's place.

    It takes the place of an earlier offer of the same owner.

    Raises
    ------
    InvalidFields, AlreadyOwner
        The organization has no such member, or the member is an owner.
    TransferPending
        Another owner has made an offer that can still be accepted.
    RoleTooLow, InvalidToken, OrganizationNotFound
        The caller is no owner any more, is removed, or the organization is deleted, since a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown: it is done and recorded, or nothing happened.
    """
    ids = [caller.member_id, member_id]
    pair = locking.lock_and_find(caller.organization_id, ids, session)
    owner = _checked_owner(pair.get(caller.member_id))
    if (member := pair.get(member_id)) is None:
        raise InvalidFields.of("member", "is no member of the organization")
    if member["role"] == "owner":
        raise AlreadyOwner
    pending = find(caller.organization_id, session)
    if pending is not None and pending.owner["_id"] != caller.member_id:
        raise TransferPending
    made: OwnershipOffer = {"member_id": member_id, "expires_at": moments.now() + LIFETIME}
    members.members().update_one(
        {"_id": caller.member_id}, {"$set": {"ownership_offer": made}}, session=session
    )
    transfer = Transfer(owner, member, made)
    _record("ownership.offered", transfer, session)
    return Offered(transfer, is_created=pending is None)


def _checked_owner(actor: MemberDocument | None) -> MemberDocument:
    if actor is None:
        raise InvalidToken
    if actor["role"] != "owner":
        raise RoleTooLow.of(actor["role"], LEAST_ROLES["transfer ownership"])
    return actor


@mongodb.in_transaction
def withdraw(session: ClientSession, caller: Membership) -> None:
    """Take the offer back, which every owner may, or decline it, which the member may to whom it is made.

    Raises
    ------
    TransferNotFound
        There is no offer, or no longer.
    RoleTooLow, InvalidToken, OrganizationNotFound
        The caller is neither of them, is removed, or the organization is deleted, since a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown: it is done and recorded, or nothing happened.
    """
    present = locking.lock_and_find(caller.organization_id, [caller.member_id], session)
    transfer = find(caller.organization_id, session)
    if transfer is None:
        raise TransferNotFound
    is_declined = transfer.member["_id"] == caller.member_id
    if not is_declined:
        _checked_owner(present.get(caller.member_id))
    members.members().update_one(
        {"_id": transfer.owner["_id"]}, {"$unset": {"ownership_offer": ""}}, session=session
    )
    _record("ownership.declined" if is_declined else "ownership.withdrawn", transfer, session)


@mongodb.in_transaction
def accept(session: ClientSession, caller: Membership) -> None:
    """Become an owner in the place of the one who has offered it, and who becomes an admin.

    Raises
    ------
    TransferNotFound
        Nothing is offered to the caller, or no longer.
    LimitReached
        The caller's account owns as many organizations as it may.
    OrganizationNotFound
        The organization has been deleted a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown: it is done and recorded, or nothing happened.
    """
    locking.lock(caller.organization_id, session)
    transfer = find(caller.organization_id, session)
    if transfer is None or transfer.member["_id"] != caller.member_id:
        raise TransferNotFound
    locking.lock_accounts([caller.account_id], session)
    for member_id, role in ((caller.member_id, "owner"), (transfer.owner["_id"], "admin")):
        members.members().update_one(
            {"_id": member_id}, {"$set": {"role": role}, "$unset": {"ownership_offer": ""}}, session=session
        )
    joining.check_owns_no_more(caller.account_id, session)
    _record("ownership.transferred", transfer, session)


def end_offers(member: MemberDocument, session: ClientSession) -> None:
    """End what is offered to a member who becomes an owner in another way; a later owner may offer it again.

    The organization is locked.
    """
    made = {"organization_id": member["organization_id"], "ownership_offer.member_id": member["_id"]}
    members.members().update_many(made, {"$unset": {"ownership_offer": ""}}, session=session)


def _record(action: recording.Action, transfer: Transfer, session: ClientSession) -> None:
    details = {
        name: {"member_id": member["_id"], "account_id": member["account_id"]}
        for name, member in (("from", transfer.owner), ("to", transfer.member))
    }
    recording.record(action, [transfer.owner["organization_id"]], session, details)
