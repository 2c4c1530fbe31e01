"""Deleting organizations with all that they have."""

from collections.abc import Callable
from functools import partial

import pymongo

from tenantry.errors import PreconditionFailed
from tenantry.identity.members import Membership
from tenantry.lifecycle import erasing
from tenantry.lifecycle.intents import completion
from tenantry.lifecycle.intents.writing import write_intent
from tenantry.lifecycle.moves import cleaning
from tenantry.lifecycle.overtaking import until_not_overtaken
from tenantry.registry.organizations.changing import Overtaken
from tenantry.registry.organizations.document import OrganizationDocument, is_pooled


def delete(membership: Membership, holds: Callable[[int | None], bool] = lambda _: True) -> None:
    """Delete an organization, its collection and its members; their accounts stay.

    When it returns, every token for the organization is dead.

    Parameters
    ----------
    membership : Membership
        The caller's; its organization as it was read.
    holds : callable
        Tells whether the request's precondition holds for a version, None if another has deleted it.

    Raises
    ------
    PreconditionFailed
        It does not; nothing was deleted.
    ServiceUnavailable
        Others changed the organization again and again; nothing was deleted.
    pymongo.errors.PyMongoError
        Outcome unknown: once the intent is settled, it is gone or nothing happened.
    """
    until_not_overtaken(membership.organization, partial(_delete_if, holds))


def _delete_if(holds: Callable[[int | None], bool], current: OrganizationDocument | None) -> None:
    if not holds(current["version"] if current else None):
        raise PreconditionFailed
    if current is not None:
        _delete(current)


def _delete(current: OrganizationDocument) -> None:
    """Delete the organization if it still is at this version."""
    if current.get("move"):
        cleaning.end_move(current["_id"])
        raise Overtaken
    if is_pooled(current):
        erasing.delete(current)
        return
    with pymongo.timeout(completion.WORK_SECONDS):
        completion.complete_deletion(write_intent(current, "deleting", {}))
