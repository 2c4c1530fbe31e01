"""Joining an organization that exists."""

from pymongo.client_session import ClientSession

from tenantry.errors import AlreadyMember, InvalidToken, LimitReached
from tenantry.identity import members
from tenantry.identity.memberships import locking, seats
from tenantry.identity.roles import Role
from tenantry.registry import limits
from tenantry.runtime.settings import settings


def add(organization_id: str, account_id: str, role: Role, session: ClientSession) -> str:
    """Make an account a member of an organization within a transaction, and return the member's id.

    The account is stored, or inserted by the same transaction. Whether whoever invited it may give this role
    is for the caller to check after this, for the members are locked then.

    Raises
    ------
    OrganizationNotFound
        The organization has been deleted; the transaction is aborted.
    InvalidToken
        The account has been deleted; the transaction is aborted.
    AlreadyMember
        The account is a member already; the transaction is aborted.
    LimitReached
        The organization has as many members as it may, or the account owns as many organizations as it may;
        the transaction is aborted.
    """
    locking.lock(organization_id, session)
    if not locking.lock_to_join([account_id], session):
        raise InvalidToken
    members_of = {"organization_id": organization_id}
    if members.members().find_one(members_of | {"account_id": account_id}, session=session):
        raise AlreadyMember
    seats.check_joins(organization_id, session)
    member_id = members.insert(organization_id, account_id, role, session)
    if role == "owner":
        check_owns_no_more(account_id, session)
    return member_id


def check_owns_no_more(account_id: str, session: ClientSession) -> None:
    """Raise if an account owns one organization too many, counting the one that it has just come to own.

    It may own as many as the most generous of its organizations says; one without a limit says what the
    settings do. The account is locked, so that transactions of this kind count what the others have added.

    Raises
    ------
    LimitReached
        It does; the transaction is aborted.
    """
    of_everybody = settings().organizations_per_account
    allowances = [
        limits.effective(owned).get("organizations_per_account", of_everybody)
        for owned in members.find_owned(account_id, session)
    ]
    limit, use = max(allowances), len(allowances) - 1
    if use >= limit:
        raise LimitReached(
            f"The account owns {use} organizations, and may own {limit}. Delete one, or ask the operator.",
            name="organizations_per_account",
            limit=limit,
            use=use,
        )
