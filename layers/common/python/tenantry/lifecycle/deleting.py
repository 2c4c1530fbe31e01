"""Deleting organizations with all that they have, at once or so that they can be brought back for a while."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pymongo

from tenantry.errors import LimitReached, PreconditionFailed
from tenantry.identity.members import Membership
from tenantry.lifecycle import erasing
from tenantry.lifecycle.intents import completion
from tenantry.lifecycle.intents.writing import write_intent
from tenantry.lifecycle.moves import cleaning
from tenantry.lifecycle.overtaking import until_not_overtaken
from tenantry.registry import deletions
from tenantry.registry.organizations.changing import Overtaken
from tenantry.registry.organizations.document import OrganizationDocument, is_pooled
from tenantry.runtime.settings import settings


def delete(
    membership: Membership,
    holds: Callable[[int | None], bool] = lambda _: True,
    *,
    immediately: bool = False,
) -> None:
    """Delete an organization and its members; their accounts stay.

    When it returns, every token for the organization is dead and its name is given up. Its documents are set
    aside for `DELETION_GRACE_DAYS`, in which `tenantry.lifecycle.undoing` brings the organization back.

    Parameters
    ----------
    membership : Membership
        The caller's; its organization as it was read.
    holds : callable
        Tells whether the request's precondition holds for a version, None if another has deleted it.
    immediately : bool
        Whether nothing is set aside, and the documents are gone when it returns; of a pool, soon after.

    Raises
    ------
    PreconditionFailed
        It does not; nothing was deleted.
    LimitReached
        As many organizations of the account as it may own are set aside already; nothing was deleted.
    ServiceUnavailable
        Others changed the organization again and again; nothing was deleted.
    pymongo.errors.PyMongoError
        Outcome unknown: once the intent is settled, it is gone or nothing happened.
    """
    purge_at = None if immediately else deletions.next_purge()
    if purge_at is not None:
        _check_keeps_no_more(membership.account_id)
    until_not_overtaken(membership.organization, partial(_delete_if, holds, purge_at))


def _check_keeps_no_more(account_id: str) -> None:
    """Raise if an account has had enough set aside, or whoever creates and deletes in turn fills a cluster.

    Deletions at the same time may exceed the limit by as many as the account owns organizations.
    """
    limit = settings().organizations_per_account
    if deletions.count_owned(account_id, limit) >= limit:
        raise LimitReached(
            f"{limit} deleted organizations of the account can be brought back, as many as there may be. "
            "Wait until the first is purged, or delete this one immediately.",
            name="deletions",
            limit=limit,
            use=limit,
        )


def _delete_if(
    holds: Callable[[int | None], bool], purge_at: datetime | None, current: OrganizationDocument | None
) -> None:
    if not holds(current["version"] if current else None):
        raise PreconditionFailed
    if current is not None:
        _delete(current, purge_at)


def _delete(current: OrganizationDocument, purge_at: datetime | None) -> None:
    """Delete the organization if it still is at this version."""
    if current.get("move"):
        cleaning.end_move(current["_id"])
        raise Overtaken
    if is_pooled(current):
        erasing.delete(current, purge_at)
        return
    target = {"collection": deletions.draw_collection(), "purge_at": purge_at} if purge_at else {}
    with pymongo.timeout(completion.WORK_SECONDS):
        completion.complete_deletion(write_intent(current, "deleting", target))
