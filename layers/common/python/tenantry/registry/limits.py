"""How much an organization may have: its own limits, and those of its plan.

Plans are documents of the master collection `plans`: a name and limits. An organization without a plan has
the plan `default`, which need not exist. What the organization's own document limits counts; else what its
plan does; what neither limits is bounded by what everybody may have at most (`MOST`).

A process keeps a plan for `CACHE_SECONDS`, so a change of a plan reaches all processes within that time. A
change of an organization counts at once, for its document is read with each request.
"""

import time
from collections.abc import Mapping
from typing import Final, NamedTuple, NotRequired, TypedDict, get_args

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import InvalidFields
from tenantry.registry.organizations.document import Limit, OrganizationDocument
from tenantry.runtime import mongodb, process

LIMITS: Final[tuple[Limit, ...]] = get_args(Limit)
# What no limit exceeds. Indexes are those besides that on _id; each is a file of the server.
MOST: Final[Mapping[Limit, int]] = {"members": 1000, "indexes": 10}
DEFAULT: Final = "default"  # the plan of organizations that name none
CACHE_SECONDS: Final = 30
PLAN_PATTERN: Final = r"^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$"


class PlanDocument(TypedDict):
    """A plan as it is stored; `uses` counts how often an organization was given it, to lock it."""

    _id: str
    limits: dict[Limit, int]
    uses: NotRequired[int]


class _Cached(NamedTuple):
    limits: Mapping[Limit, int]
    of: MongoClient[mongodb.Document]
    until: float


_cached: Final[dict[str, _Cached]] = {}


def plans() -> Collection[PlanDocument]:
    """Return the master's collection of plans."""
    return mongodb.collection("plans")


def of(organization: OrganizationDocument) -> Mapping[Limit, int]:
    """Return the limits of an organization; a name that is missing is not limited.

    It takes a command at most once in `CACHE_SECONDS`, or once for a plan that the process has not seen.
    """
    return _of_plan(plan_of(organization)) | organization.get("limits", {})


def current(organization: OrganizationDocument, name: Limit, session: ClientSession) -> int | None:
    """Return a limit of an organization, as the transaction sees its plan; None if there is none.

    It takes no command if neither the organization nor its plan, as the process knows it, limits this.

    Parameters
    ----------
    organization : OrganizationDocument
        As the transaction has read it.
    name : Limit
        Which limit.
    session : ClientSession
        Of the transaction.
    """
    own = organization.get("limits", {}).get(name)
    if own is not None or name not in of(organization):
        return own
    plan = plans().find_one({"_id": plan_of(organization)}, session=session)
    return plan["limits"].get(name) if plan else None


def plan_of(organization: OrganizationDocument) -> str:
    """Return the name of an organization's plan."""
    return organization.get("plan") or DEFAULT


def take(name: str | None, session: ClientSession) -> None:
    """Keep a plan from being removed, within the transaction that gives it to an organization.

    Parameters
    ----------
    name : str or None
        Which; None for that of those who name none, which need not exist.
    session : ClientSession
        Of the transaction.

    Raises
    ------
    InvalidFields
        There is none of this name; the transaction is aborted.
    """
    if name is None:
        return
    taken = plans().update_one({"_id": name}, {"$inc": {"uses": 1}}, session=session)
    if taken.matched_count == 0:
        raise InvalidFields.of("plan", "is the name of no plan; GET /operator/plans lists them")


def named(name: str | None) -> str | None:
    """Return what an organization stores of a plan's name: nothing of `default`."""
    return None if name == DEFAULT else name


def joined() -> list[mongodb.Document]:
    """Return the stages that add the plan to organizations, so that `effective` tells their limits.

    So whoever aggregates organizations in any case learns the limits in the same command.
    """
    return [
        {"$addFields": {"plan": {"$ifNull": ["$plan", DEFAULT]}}},
        {"$lookup": {"from": plans().name, "localField": "plan", "foreignField": "_id", "as": "plan"}},
    ]


def effective(organization: mongodb.Document) -> Mapping[Limit, int]:
    """Return the limits of an organization to which `joined` has added its plan."""
    of_plan: dict[Limit, int] = organization["plan"][0]["limits"] if organization["plan"] else {}
    own: dict[Limit, int] = organization.get("limits", {})
    return of_plan | own


def _of_plan(name: str) -> dict[Limit, int]:
    cached = _cached.get(name)
    if cached is None or cached.of is not mongodb.client() or cached.until < time.monotonic():
        plan = plans().find_one({"_id": name})
        limits = plan["limits"] if plan else {}
        cached = _cached[name] = _Cached(limits, mongodb.client(), time.monotonic() + CACHE_SECONDS)
    return dict(cached.limits)


@process.forgets
def forget() -> None:
    """Forget all plans, so that they are read again."""
    _cached.clear()
