"""Documents of the master collection `members`, and what joins them with accounts and organizations."""

from typing import Any, Final, Literal, NamedTuple, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.identity import accounts
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import ids, moments, mongodb

Role = Literal["owner"]
MAX_MEMBERS: Final = 100  # of an organization, which has one owner so far


class MemberDocument(TypedDict):
    """A member as it is stored."""

    _id: str
    organization_id: str
    account_id: str
    role: Role


class Membership(NamedTuple):
    """An account's place in an organization."""

    member_id: str
    organization: OrganizationDocument
    account_id: str
    auth_epoch: int
    role: Role

    @property
    def organization_id(self) -> str:
        """Id of the organization."""
        return self.organization["_id"]


def members() -> Collection[MemberDocument]:
    """Return the master's collection of members."""
    return mongodb.collection("members")


def count_organizations(account_id: str, at_most: int, session: ClientSession) -> int:
    """Count the organizations of a locked account within the same transaction, up to a number."""
    return members().count_documents({"account_id": account_id}, limit=at_most, session=session)


def add_member(organization_id: str, account_id: str, session: ClientSession) -> None:
    """Make a locked account the owner of an organization, or one that the same transaction inserts."""
    member: MemberDocument = {
        "_id": ids.random_id("mem"),
        "organization_id": organization_id,
        "account_id": account_id,
        "role": "owner",
    }
    members().insert_one(member, session=session)


def remove_members(organization_id: str, session: ClientSession) -> list[str]:
    """Remove an organization's members, and note which accounts are left without any organization.

    Returns
    -------
    list of str
        The accounts whose organization it was.
    """
    account_ids = owners(organization_id, session)
    for account_id in account_ids:
        accounts.lock(account_id, session, {})
    members().delete_many({"organization_id": organization_id}, session=session)
    for account_id in account_ids:
        if members().find_one({"account_id": account_id}, session=session) is None:
            accounts.accounts().update_one(
                {"_id": account_id},
                {"$set": {"without_organization_since": moments.now()}},
                session=session,
            )
    return account_ids


def owners(organization_id: str, session: ClientSession) -> list[str]:
    """Return the ids of the accounts that own an organization."""
    owning = members().find({"organization_id": organization_id}, session=session)
    return [member["account_id"] for member in owning]


def ids_of_members(organization_id: str) -> list[str]:
    """Return the ids of the accounts that are members of an organization, at most `MAX_MEMBERS`."""
    first_members = members().find(
        {"organization_id": organization_id}, {"account_id": 1}, sort=[("account_id", 1)], limit=MAX_MEMBERS
    )
    return [member["account_id"] for member in first_members]


def memberships(account_id: str) -> list[Membership]:
    """Return an account's memberships, in one round trip."""
    joined = accounts.account_epochs().aggregate(
        [
            {"$match": {"_id": account_id}},
            *join(members(), "_id", "member", foreign_field="account_id"),
            *join(organizations(), "member.organization_id", "organization"),
            {"$sort": {"organization.slug": 1}},
        ]
    )
    return [membership_of(document) for document in joined]


def choices(account_id: str, organization: str | None, at_most: int) -> list[Membership]:
    """Return memberships of an account, in one round trip, by the slugs of their organizations.

    Organizations come without what a login does not need: metadata and intents.

    Parameters
    ----------
    account_id : str
        Who logs in.
    organization : str, optional
        Slug or id of the organization that is named; all if left out.
    at_most : int
        How many are returned.
    """
    named = {"$or": [{"organization._id": organization}, {"organization.slug": organization}]}
    joined = accounts.account_epochs().aggregate(
        [
            {"$match": {"_id": account_id}},
            *join(members(), "_id", "member", foreign_field="account_id"),
            *join(organizations(), "member.organization_id", "organization"),
            {"$match": named if organization is not None else {}},
            {"$limit": at_most},
            {"$project": {"organization.metadata": 0, "organization.intent": 0}},
            {"$sort": {"organization.slug": 1}},
        ]
    )
    return [membership_of(document) for document in joined]


def membership_of(joined: mongodb.Document) -> Membership:
    """Return the membership that an account, joined with its `member` and `organization`, has."""
    return Membership(
        member_id=joined["member"]["_id"],
        organization=joined["organization"],
        account_id=joined["_id"],
        auth_epoch=joined["auth_epoch"],
        role=joined["member"]["role"],
    )


def join(
    collection: Collection[Any],
    local_field: str,
    name: str,
    foreign_field: str = "_id",
    *,
    is_optional: bool = False,
) -> list[dict[str, Any]]:
    """Return the stages that add the documents of a collection whose field is equal, one to each result.

    A result for which there is none is left out, unless the join is optional.
    """
    fields = {"localField": local_field, "foreignField": foreign_field}
    # nosemgrep: operator-made-of-text - the name is a constant of the code that joins
    unwind = {"$unwind": {"path": f"${name}", "preserveNullAndEmptyArrays": is_optional}}
    return [{"$lookup": {"from": collection.name, "as": name} | fields}, unwind]
