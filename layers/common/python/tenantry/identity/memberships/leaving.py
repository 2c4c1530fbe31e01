"""Members go: one by one, all with their organization, or with their account from all organizations."""

from collections.abc import Iterable

from pymongo.client_session import ClientSession

from tenantry.identity import accounts, members
from tenantry.identity.members import MemberDocument
from tenantry.identity.memberships import locking
from tenantry.identity.sessions import sessions
from tenantry.runtime import moments


def remove(member: MemberDocument, session: ClientSession) -> None:
    """Remove a member of a locked organization within a transaction, and end its sessions there.

    Raises
    ------
    LastOwner
        The organization would have no owner; the transaction is aborted.
    """
    account_id = member["account_id"]
    locking.lock_accounts([account_id], session)
    members.members().delete_one({"_id": member["_id"]}, session=session)
    if member["role"] == "owner":
        locking.check_owned(member["organization_id"], session)
    sessions().delete_many({"account_id": account_id, "member_id": member["_id"]}, session=session)
    _note_without_organization([account_id], session)


def remove_all(organization_id: str, session: ClientSession) -> list[MemberDocument]:
    """Remove an organization's members and return them; note which accounts have no organization now.

    However many there are, it takes the same number of commands. Their sessions are dead without them.
    """
    leaving = list(members.members().find({"organization_id": organization_id}, session=session))
    account_ids = [member["account_id"] for member in leaving]
    locking.lock_accounts(account_ids, session)
    members.members().delete_many({"organization_id": organization_id}, session=session)
    _note_without_organization(account_ids, session)
    return leaving


def leave_all(account_id: str, session: ClientSession) -> list[str]:
    """Remove an account's members from all organizations, within the transaction that deletes the account.

    Its sessions are left to the caller, and so is the account, to which the caller writes first.

    Returns
    -------
    list of str
        Ids of the organizations that have no owner now. If there are any, the caller aborts the transaction
        or deletes them in it.
    """
    owned = locking.lock_owned(account_id, session)
    members.members().delete_many({"account_id": account_id}, session=session)
    remaining = {"organization_id": {"$in": owned}, "role": "owner"}
    still_owned = members.members().distinct("organization_id", remaining, session=session)
    return sorted(set(owned) - set(still_owned))


def _note_without_organization(account_ids: Iterable[str], session: ClientSession) -> None:
    ids = list(account_ids)
    remaining = members.members().distinct("account_id", {"account_id": {"$in": ids}}, session=session)
    accounts.accounts().update_many(
        {"_id": {"$in": list(set(ids) - set(remaining))}},
        {"$set": {"without_organization_since": moments.now()}},
        session=session,
    )
