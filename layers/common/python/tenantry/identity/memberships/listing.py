"""Who the members of an organization are."""

import hashlib
from datetime import datetime
from typing import Any, Final, NamedTuple

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import OrganizationNotFound
from tenantry.identity import members
from tenantry.identity.accounts import AccountAddress, account_addresses, address_of, is_verified
from tenantry.identity.members import MemberDocument
from tenantry.identity.roles import Role
from tenantry.language.paging import Page, find_page
from tenantry.language.sorting import Sort
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime import mongodb

_OLDEST_FIRST: Final[Sort] = [("joined_at", 1), ("_id", 1)]


class Person(NamedTuple):
    """A member of an organization as the other members see it.

    Parameters
    ----------
    member_id, account_id : str
        Ids of the member and its account.
    address : str
        The account's e-mail address, as its owner wrote it.
    is_verified : bool
        Whether the address is verified.
    role : Role
        What the member may do.
    joined_at : datetime
        Since when.
    """

    member_id: str
    account_id: str
    address: str
    is_verified: bool
    role: Role
    joined_at: datetime

    @property
    def version(self) -> str:
        """A digest of all that is seen, so that it changes whenever that does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


def find_all(organization: OrganizationDocument, limit: int, cursor: str | None) -> Page:
    """Return a page of `Person`, who has joined first at the beginning.

    A page is shorter by those who are removed with their account at that moment.

    Parameters
    ----------
    organization : OrganizationDocument
        Whose members.
    limit : int
        At most so many.
    cursor : str or None
        From the page before.

    Raises
    ------
    InvalidFields
        The cursor is malformed, or of another organization.
    CursorOutdated
        The cursor is made up.
    OrganizationNotFound
        It has been deleted a moment ago: there is no member, and every organization has an owner.
    """
    stored: Collection[Any] = members.members()

    def aggregate(stages: list[mongodb.Document]) -> list[mongodb.Document]:
        return list(stored.aggregate([*stages, *_with_account("document")]))

    page = find_page(aggregate, {"organization_id": organization["_id"]}, _OLDEST_FIRST, limit, cursor)
    if not page.documents and cursor is None:
        raise OrganizationNotFound
    joined = [document for document in page.documents if "account" in document]
    return page._replace(documents=[_person(member, organization) for member in joined])


def find(
    organization: OrganizationDocument, member_id: str, session: ClientSession | None = None
) -> Person | None:
    """Return a member of an organization."""
    stored: Collection[Any] = members.members()
    query = {"_id": member_id, "organization_id": organization["_id"]}
    results = stored.aggregate(
        [
            {"$match": query},
            {"$replaceRoot": {"newRoot": {"member": "$$ROOT"}}},
            *_with_account("member"),
        ],
        session=session,
    )
    joined = [result["member"] for result in results if "account" in result["member"]]
    return _person(joined[0], organization) if joined else None


def _with_account(name: str) -> list[mongodb.Document]:
    """Return the stages that add to each member, which is a field of this name, its account."""
    return members.join(account_addresses(), f"{name}.account_id", f"{name}.account", is_optional=True)


def _person(joined: Any, organization: OrganizationDocument) -> Person:
    member: MemberDocument = joined
    account: AccountAddress = joined["account"]
    return Person(
        member["_id"],
        member["account_id"],
        address_of(account),
        is_verified(account),
        member["role"],
        member.get("joined_at", organization["created_at"]),
    )
