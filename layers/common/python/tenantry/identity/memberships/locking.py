"""Transactions that decide by the members of an organization run one by one.

A transaction reads a snapshot. So two of them that each take another owner away would each see the other's
owner stay, and the organization would have none (write skew). Each of them first writes to all owners that it
sees. Whatever has changed since then who the owners are has written to one of those, too. So all but one of
them abort, run again, see what the one has done, and decide by that.
"""

from typing import Final

from pymongo.client_session import ClientSession

from tenantry.errors import LastOwner, OrganizationNotFound
from tenantry.identity.accounts import accounts
from tenantry.identity.members import MemberDocument, members

_TOUCH: Final = {"$inc": {"changes": 1}}  # changes the document in any case, as the same moment would not


def lock(organization_id: str, session: ClientSession) -> None:
    """Write to all owners of an organization, before anything of its members is read.

    Whoever deletes the organization removes them, so that this conflicts with a deletion as well.

    Raises
    ------
    OrganizationNotFound
        It has been deleted.
    """
    owners = {"organization_id": organization_id, "role": "owner"}
    if members().update_many(owners, _TOUCH, session=session).matched_count == 0:
        raise OrganizationNotFound


def lock_owned(account_id: str, session: ClientSession) -> list[str]:
    """Lock all organizations that an account owns; return their ids."""
    owned = members().find({"account_id": account_id, "role": "owner"}, session=session)
    organization_ids = [member["organization_id"] for member in owned]
    owners = {"organization_id": {"$in": organization_ids}, "role": "owner"}
    members().update_many(owners, _TOUCH, session=session)
    return organization_ids


def lock_accounts(account_ids: list[str], session: ClientSession) -> None:
    """Write to accounts first, so that transactions which add or remove their members run one by one.

    Without it two deletions of an account's last two organizations would each see the other's member, and
    neither would note that the account is left without one.
    """
    accounts().update_many({"_id": {"$in": account_ids}}, _TOUCH, session=session)


def lock_to_join(account_ids: list[str], session: ClientSession) -> bool:
    """Lock accounts that are about to become members of an organization; return whether all of them exist."""
    joining = _TOUCH | {"$unset": {"without_organization_since": ""}}
    locked = accounts().update_many({"_id": {"$in": account_ids}}, joining, session=session)
    return locked.matched_count == len(account_ids)


def lock_and_find(
    organization_id: str, member_ids: list[str], session: ClientSession
) -> dict[str, MemberDocument]:
    """Lock an organization and return those of its members who have these ids, by their ids."""
    lock(organization_id, session)
    named = members().find({"organization_id": organization_id, "_id": {"$in": member_ids}}, session=session)
    return {member["_id"]: member for member in named}


def check_owned(organization_id: str, session: ClientSession) -> None:
    """Raise if a locked organization has no owner, after the transaction has taken one away.

    Raises
    ------
    LastOwner
        It has none; the transaction is aborted.
    """
    if members().find_one({"organization_id": organization_id, "role": "owner"}, session=session) is None:
        raise LastOwner
