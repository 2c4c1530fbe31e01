"""Deleting organizations with all that they have."""

from tenantry.accounts import Membership
from tenantry.lifecycle.attempts import until_not_overtaken
from tenantry.moves import cleaning
from tenantry.organizations import OrganizationDocument, is_pooled
from tenantry.tenants import erasures
from tenantry.tenants.intents import OvertakenError, carry_out


def delete(membership: Membership) -> None:
    """Delete an organization, its collection, its members, and accounts left without an organization.

    When it returns, every token for the organization is dead and its name is free.

    Raises
    ------
    ServiceUnavailable
        Others changed the organization again and again; nothing was deleted.
    pymongo.errors.PyMongoError
        Outcome unknown: once the intent is settled, it is gone or nothing happened.
    """
    until_not_overtaken(membership.organization, _delete)


def _delete(current: OrganizationDocument | None) -> None:
    if current is None:
        return
    if current.get("move"):
        cleaning.make_way(current["_id"])
        raise OvertakenError
    if is_pooled(current):
        erasures.delete(current)
    else:
        carry_out(current, "deleting", {})
