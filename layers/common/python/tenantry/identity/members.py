"""Documents of the master collection `members`, and what joins them with accounts and organizations."""

from datetime import datetime
from typing import Any, Final, NamedTuple, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.identity import accounts
from tenantry.identity.roles import Role
from tenantry.registry import limits
from tenantry.registry.organizations import former_slugs
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import ids, moments, mongodb

MAX_MEMBERS: Final = limits.MOST["members"]
NOT_FOR_LOGINS: Final = ("metadata", "properties", "private", "intent")  # of an organization
MAX_OWNERS_SHOWN: Final = 100  # whose accounts' records are found; MongoDB merges no more than 200 scans


class OwnershipOffer(TypedDict):
    """An owner's offer to another member; see `tenantry.identity.memberships.ownership`."""

    member_id: str
    expires_at: datetime


class MemberDocument(TypedDict):
    """A member as it is stored.

    Members that were stored without `joined_at` founded their organization. `changes` counts what
    `tenantry.identity.memberships.locking` writes. Only owners have an `ownership_offer`.
    """

    _id: str
    organization_id: str
    account_id: str
    role: Role
    joined_at: NotRequired[datetime]
    changes: NotRequired[int]
    ownership_offer: NotRequired[OwnershipOffer]


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

    @property
    def caller_id(self) -> str:
        """Id of whoever calls."""
        return self.account_id


def members() -> Collection[MemberDocument]:
    """Return the master's collection of members."""
    return mongodb.collection("members")


def find_owned(account_id: str, session: ClientSession) -> list[mongodb.Document]:
    """Return the plans and limits of the organizations that a locked account owns, for `limits.effective`.

    One that the same transaction inserts later, behind its member, has no limits of its own.
    """
    stored: Collection[Any] = members()
    owned = stored.aggregate(
        [
            {"$match": {"account_id": account_id, "role": "owner"}},
            *join(organizations(), "organization_id", "organization", is_optional=True),
            {"$project": {"plan": "$organization.plan", "limits": "$organization.limits"}},
            *limits.joined(),
        ],
        session=session,
    )
    return list(owned)


def create_document(organization_id: str, account_id: str, role: Role) -> MemberDocument:
    """Make the document of an account that is about to become a member."""
    return {
        "_id": ids.random_id("mem"),
        "organization_id": organization_id,
        "account_id": account_id,
        "role": role,
        "joined_at": moments.now(),
    }


def insert(organization_id: str, account_id: str, role: Role, session: ClientSession) -> str:
    """Store a member, of a locked account or one that the same transaction inserts; return its id.

    Whoever joins an organization that exists is stored by `tenantry.identity.memberships.joining`.
    """
    member = create_document(organization_id, account_id, role)
    members().insert_one(member, session=session)
    return member["_id"]


def owners(organization_id: str, session: ClientSession) -> list[str]:
    """Return the ids of the accounts that own an organization."""
    owning = members().find({"organization_id": organization_id, "role": "owner"}, session=session)
    return [member["account_id"] for member in owning]


def owners_since(organization: OrganizationDocument) -> dict[str, datetime]:
    """Return who owns an organization, `MAX_OWNERS_SHOWN` at most, and since when each belongs to it."""
    return _owners_since(organization, "account_id", MAX_OWNERS_SHOWN)


def all_owners_since(organization: OrganizationDocument) -> dict[str, datetime]:
    """Return all who own an organization, and since when each belongs to it, the oldest member first."""
    return _owners_since(organization, "joined_at", at_most=0)


def _owners_since(organization: OrganizationDocument, order: str, at_most: int) -> dict[str, datetime]:
    founded_at = organization["created_at"]
    owning = members().find(
        {"organization_id": organization["_id"], "role": "owner"},
        {"account_id": 1, "joined_at": 1},
        sort=[(order, 1)],
        limit=at_most,
    )
    return {member["account_id"]: max(member.get("joined_at", founded_at), founded_at) for member in owning}


def count(organization_id: str) -> int:
    """Count the members of an organization."""
    return members().count_documents({"organization_id": organization_id})


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


def choices(
    account_id: str, organization: str | None, at_most: int, session: ClientSession | None = None
) -> list[Membership]:
    """Return memberships of an account, in one round trip, by the slugs of their organizations.

    Organizations come without what a login does not need: metadata, properties and intents.

    Parameters
    ----------
    account_id : str
        Who logs in.
    organization : str, optional
        Slug, former slug or id of the organization that is named; all if left out.
    at_most : int
        How many are returned.
    session : ClientSession, optional
        Of the transaction that this belongs to.
    """
    by_present = [{"organization._id": organization}, {"organization.slug": organization}]
    named = {"$or": [*by_present, former_slugs.named(organization)]}
    joined = accounts.account_epochs().aggregate(
        [
            {"$match": {"_id": account_id}},
            *join(members(), "_id", "member", foreign_field="account_id"),
            *join(organizations(), "member.organization_id", "organization"),
            {"$match": named if organization is not None else {}},
            {"$limit": at_most},
            {"$project": {f"organization.{name}": 0 for name in NOT_FOR_LOGINS}},
            {"$sort": {"organization.slug": 1}},
        ],
        session=session,
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
