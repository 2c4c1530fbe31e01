"""Plans, which the operator makes, changes and removes; organizations have them (`lifecycle.configuring`).

Whoever gives an organization a plan writes to the plan in the same transaction (`limits.take`). So no plan is
removed while an organization gets it: one of both transactions runs again and sees what the other has done.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.errors import PlanInUse, PlanNotFound
from tenantry.language.paging import Page, find_page
from tenantry.language.sorting import Sort
from tenantry.registry import limits
from tenantry.registry.deletions import deletions
from tenantry.registry.limits import PlanDocument
from tenantry.registry.organizations.document import Limit, organizations
from tenantry.runtime import mongodb

_BY_NAME: Final[Sort] = [("_id", 1)]


def find_all(limit: int, cursor: str | None) -> Page:
    """Return a page of plans by their names; see `tenantry.language.paging`.

    Raises
    ------
    InvalidFields
        The cursor is malformed.
    CursorOutdated
        The cursor is made up.
    """
    stored: Collection[Any] = limits.plans()
    return find_page(lambda stages: list(stored.aggregate(stages)), {}, _BY_NAME, limit, cursor)


def each() -> Iterator[PlanDocument]:
    """Yield all plans by their names."""
    yield from limits.plans().find().sort("_id", 1)


@mongodb.in_transaction
def put(session: ClientSession, name: str, limits_of_plan: Mapping[Limit, int]) -> bool:
    """Make a plan, or give one other limits; tell whether it was made.

    All processes know it within `limits.CACHE_SECONDS`. What an organization has beyond a lower limit stays.

    Parameters
    ----------
    name : str
        As `limits.PLAN_PATTERN` says; what `default` limits counts for all organizations without a plan.
    limits_of_plan : mapping of Limit to int
        All that it limits.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it.
    """
    changed = {"$set": {"limits": dict(limits_of_plan)}}
    before = limits.plans().find_one_and_update(
        {"_id": name}, changed, upsert=True, return_document=ReturnDocument.BEFORE, session=session
    )
    if before is None or before["limits"] != limits_of_plan:
        details = {"plan": name, "limits": dict(limits_of_plan)}
        recording.record("plan.changed", [], session, details)
    return before is None


@mongodb.in_transaction
def remove(session: ClientSession, name: str) -> None:
    """Remove a plan that no organization names.

    The plan `default` can always be removed. Organizations that name none have no limits then.

    Raises
    ------
    PlanNotFound
        There is none of this name.
    PlanInUse
        Organizations have it, or deleted ones that can be brought back; nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it, and `PlanNotFound` then means that it is done.
    """
    if limits.plans().delete_one({"_id": name}, session=session).deleted_count == 0:
        raise PlanNotFound
    if organizations().find_one({"plan": name}, {"_id": 1}, session=session):
        raise PlanInUse
    if deletions().find_one({"organization.plan": name}, {"_id": 1}, session=session):
        raise PlanInUse("Deleted organizations have this plan, and can still be brought back.")
    recording.record("plan.removed", [], session, {"plan": name})
