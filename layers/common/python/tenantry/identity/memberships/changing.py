"""Changing the roles of members, and removing them.

What a member may do is decided by its role at the moment of the change, not by that of the request's
beginning: both are read again behind the lock.
"""

from collections.abc import Callable
from typing import NamedTuple

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import InvalidToken, LoginTooOld, MemberNotFound, PreconditionFailed, RoleTooLow
from tenantry.identity.members import MemberDocument, Membership, members
from tenantry.identity.memberships import joining, leaving, listing, locking, ownership
from tenantry.identity.memberships.listing import Person
from tenantry.identity.roles import LEAST_ROLES, Role, is_at_least, may_change
from tenantry.runtime import mongodb


class Conditions(NamedTuple):
    """On what a request makes its change depend, and what it has proved.

    Parameters
    ----------
    holds : callable
        Tells whether the request's precondition holds for the version of a `Person`.
    has_recent_login : bool
        Whether the caller has sent the password a short while ago.
    """

    holds: Callable[[str | None], bool]
    has_recent_login: bool


def change_role(caller: Membership, member_id: str, role: Role, conditions: Conditions) -> Person:
    """Give a member of the caller's organization another role, which counts from the next request on.

    Parameters
    ----------
    caller : Membership
        Who changes it.
    member_id : str
        Whose role is changed; it may be the caller itself, who takes a lower one.
    role : Role
        The role.
    conditions : Conditions
        What must hold for it.

    Raises
    ------
    MemberNotFound
        The organization has no such member.
    RoleTooLow
        The caller may not change other members, or not this one, or not to this role.
    LoginTooOld
        It is about the role of owner, which asks for a recent login.
    PreconditionFailed
        The member is not as the request asks for.
    LastOwner
        The organization would have no owner.
    LimitReached
        The member's account owns as many organizations as it may.
    InvalidToken, OrganizationNotFound
        The caller has been removed, or the organization deleted, a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown: it is done and recorded, or nothing happened.
    """
    _check_begins(caller, member_id)
    return _change_role(caller, member_id, role, conditions)


def remove(caller: Membership, member_id: str, conditions: Conditions) -> None:
    """Remove a member of the caller's organization, or the caller itself, who leaves it.

    The member's sessions in the organization end with it, so that its next request finds none.

    Parameters
    ----------
    caller, member_id, conditions
        As of `change_role`.

    Raises
    ------
    MemberNotFound, RoleTooLow, LoginTooOld, PreconditionFailed, LastOwner, InvalidToken, OrganizationNotFound
        As `change_role` raises them; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown: it is done and recorded, or nothing happened.
    """
    _check_begins(caller, member_id)
    _remove(caller, member_id, conditions)


def _check_begins(caller: Membership, member_id: str) -> None:
    """Refuse those who may change nobody else before they take locks."""
    least = LEAST_ROLES["change members"]
    if member_id != caller.member_id and not is_at_least(caller.role, least):
        raise RoleTooLow.of(caller.role, least)


@mongodb.in_transaction
def _change_role(
    session: ClientSession, caller: Membership, member_id: str, role: Role, conditions: Conditions
) -> Person:
    present, person = _locked(session, caller, member_id, role, conditions)
    if role == present["role"]:
        return person
    members().update_one(
        {"_id": member_id}, {"$set": {"role": role}, "$unset": {"ownership_offer": ""}}, session=session
    )
    if role == "owner":
        ownership.end_offers(present, session)
        locking.lock_accounts([present["account_id"]], session)
        joining.check_owns_no_more(present["account_id"], session)
    elif present["role"] == "owner":
        locking.check_owned(caller.organization_id, session)
    _record("member.role_changed", present, session, role={"from": present["role"], "to": role})
    return person._replace(role=role)


@mongodb.in_transaction
def _remove(session: ClientSession, caller: Membership, member_id: str, conditions: Conditions) -> None:
    present, _ = _locked(session, caller, member_id, "viewer", conditions)
    leaving.remove(present, session)
    is_own = member_id == caller.member_id
    _record("member.left" if is_own else "member.removed", present, session, role=present["role"])


def _locked(
    session: ClientSession, caller: Membership, member_id: str, role: Role, conditions: Conditions
) -> tuple[MemberDocument, Person]:
    """Lock the organization and return the member as it is, if the caller may give it the role."""
    ids = [caller.member_id, member_id]
    pair = locking.lock_and_find(caller.organization_id, ids, session)
    if (actor := pair.get(caller.member_id)) is None:
        raise InvalidToken
    if (present := pair.get(member_id)) is None:
        raise MemberNotFound
    _check_may(actor, present, role)
    if "owner" in (present["role"], role) and not conditions.has_recent_login:
        raise LoginTooOld
    person = listing.find(caller.organization, member_id, session)
    if person is None:
        raise MemberNotFound
    if not conditions.holds(person.version):
        raise PreconditionFailed
    return present, person


def _check_may(actor: MemberDocument, present: MemberDocument, role: Role) -> None:
    least = "viewer" if actor is present else LEAST_ROLES["change members"]
    if not is_at_least(actor["role"], least):
        raise RoleTooLow.of(actor["role"], least)
    if not may_change(actor["role"], present["role"], role):
        raise RoleTooLow(
            f"The caller's role in the organization is {actor['role']}. The member has, or would get, a "
            "higher one."
        )


def _record(
    action: recording.Action, member: MemberDocument, session: ClientSession, *, role: str | dict[str, str]
) -> None:
    details = {"member_id": member["_id"], "account_id": member["account_id"], "role": role}
    recording.record(action, [member["organization_id"]], session, details)
