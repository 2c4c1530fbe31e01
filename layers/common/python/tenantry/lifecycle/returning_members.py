"""Members who come back with an organization whose deletion is undone, as members of other ids."""

from pymongo.client_session import ClientSession

from tenantry.errors import InvalidFields, OwnerRequired
from tenantry.identity.accounts import account_epochs
from tenantry.identity.members import MemberDocument
from tenantry.identity.memberships import locking
from tenantry.registry.deletions import DeletionDocument, FormerMember
from tenantry.runtime import ids, moments


def lock(deletion: DeletionDocument, owner_id: str | None, session: ClientSession) -> list[MemberDocument]:
    """Return the members whose accounts are still there, and lock these accounts within a transaction.

    Parameters
    ----------
    deletion : DeletionDocument
        The deletion that is undone.
    owner_id : str or None
        An account that becomes an owner besides.
    session : ClientSession
        Of the transaction that inserts the members.

    Raises
    ------
    OwnerRequired
        No account of an owner is there; the transaction is aborted.
    InvalidFields
        There is no account of the owner's id; the transaction is aborted.
    """
    former = {member["account_id"]: member for member in deletion["members"]}
    if owner_id is not None:
        joining: FormerMember = {"account_id": owner_id, "role": "owner", "joined_at": moments.now()}
        former[owner_id] = former[owner_id] | {"role": "owner"} if owner_id in former else joining
    locking.lock_to_join(list(former), session)
    present = account_epochs().find({"_id": {"$in": list(former)}}, {"_id": 1}, session=session)
    account_ids = {account["_id"] for account in present}
    if owner_id is not None and owner_id not in account_ids:
        raise InvalidFields.of("owner", "is the id of no account")
    returning = [_member(deletion["_id"], former[account_id]) for account_id in sorted(account_ids)]
    if all(member["role"] != "owner" for member in returning):
        raise OwnerRequired
    return returning


def _member(organization_id: str, former: FormerMember) -> MemberDocument:
    return {"_id": ids.random_id("mem"), "organization_id": organization_id, **former}  # type: ignore[typeddict-item]
