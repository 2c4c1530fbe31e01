"""Which organizations a login may be for."""

from tenantry import accounts, database
from tenantry.accounts import Membership


def find(account_id: str, organization: str | None, at_most: int) -> list[Membership]:
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
    found = database.collection("account_epochs").aggregate(
        [
            {"$match": {"_id": account_id}},
            *accounts.join("members", "_id", "member", foreign_field="account_id"),
            *accounts.join("organizations", "member.organization_id", "organization"),
            {"$match": named if organization is not None else {}},
            {"$limit": at_most},
            {"$project": {"organization.metadata": 0, "organization.intent": 0}},
            {"$sort": {"organization.slug": 1}},
        ]
    )
    return [accounts.membership_of(one) for one in found]
