"""E-mail addresses of owners, as the operator looks them up: each look is recorded before it is answered.

The record names accounts and organizations, never the address, and the owners concerned may read it.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.audit.recording import OfAccount
from tenantry.identity import accounts, members
from tenantry.identity.accounts import AccountAddress
from tenantry.language.paging import Page, find_page
from tenantry.language.sorting import Sort
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import organizations
from tenantry.runtime.mongodb import Document

_OLDEST_FIRST: Final[Sort] = [("joined_at", 1), ("_id", 1)]


class AddressedOwner(NamedTuple):
    """An owner of an organization, with the address.

    Parameters
    ----------
    account_id : str
        Whose account.
    address : str
        Its e-mail address, as its owner wrote it.
    is_verified : bool
        Whether the address is verified.
    since : datetime
        Since when it is a member.
    """

    account_id: str
    address: str
    is_verified: bool
    since: datetime


def owners_of(organization: str) -> list[AddressedOwner]:
    """Return all owners of an organization with their addresses, and record that.

    Parameters
    ----------
    organization : str
        Slug or id.

    Raises
    ------
    OrganizationNotFound
    pymongo.errors.PyMongoError
        Perhaps it is recorded; nothing is returned.
    """
    present = finding.require(organization)
    since = members.all_owners_since(present)
    known = accounts.account_addresses().find({"_id": {"$in": list(since)}})
    addresses: dict[str, AccountAddress] = {account["_id"]: account for account in known}
    recording.record_alone("owner_addresses.read", [present["_id"]])
    return [
        AddressedOwner(
            account_id, accounts.address_of(account), accounts.is_verified(account), since[account_id]
        )
        for account_id, account in sorted(addresses.items(), key=lambda item: (since[item[0]], item[0]))
    ]


def organizations_of(address: str, limit: int, cursor: str | None) -> Page:
    """Return a page of the organizations that the account of an address owns, and record that.

    A page is shorter by those that are deleted at that moment.

    Parameters
    ----------
    address : str
        In whichever case it is written; there need not be an account.
    limit : int
        At most so many.
    cursor : str or None
        From the page before.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another address.
    CursorOutdated
        The cursor is made up.
    pymongo.errors.PyMongoError
        Perhaps it is recorded; nothing is returned.
    """
    account = accounts.find_addressee(address)
    if account is None:
        recording.record_alone("owner_addresses.read", [])
        return Page([], None)
    stored: Collection[Any] = members.members()
    join = members.join(
        organizations(), "document.organization_id", "document.organization", is_optional=True
    )

    def aggregate(stages: list[Document]) -> list[Document]:
        return list(stored.aggregate([*stages, *join]))

    owned = {"account_id": account["_id"], "role": "owner"}
    page = find_page(aggregate, owned, _OLDEST_FIRST, limit, cursor)
    recording.record_alone("owner_addresses.read", OfAccount(account["_id"]))
    return page._replace(
        documents=[member["organization"] for member in page.documents if "organization" in member]
    )
