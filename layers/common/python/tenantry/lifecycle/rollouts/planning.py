"""What a roll-out would do, and whether there is room for it."""

from typing import Any, Final, NamedTuple

import bson
from bson.errors import BSONError
from pymongo.client_session import ClientSession
from pymongo.command_cursor import CommandCursor
from pymongo.errors import OperationFailure

from tenantry.errors import RolloutRefused
from tenantry.lifecycle.rollouts import shapes
from tenantry.registry import clusters, rollouts
from tenantry.registry.clusters import MAIN
from tenantry.registry.organizations.document import Place, organizations
from tenantry.registry.organizations.selecting import selected
from tenantry.registry.rollouts import Definition
from tenantry.runtime import ids, mongodb, server_errors
from tenantry.storage import collections
from tenantry.storage.collections import Shape

# What says nothing about a roll-out: another try may succeed, or another user's.
_NO_REFUSAL: Final = (
    None,
    server_errors.UNAUTHORIZED,
    server_errors.EXCEEDED_TIME_LIMIT,
    server_errors.ATLAS_ERROR,
    server_errors.INTERRUPTED,
    server_errors.OUT_OF_DISK_SPACE,
)


class ClusterPlan(NamedTuple):
    """What a roll-out would do on one cluster.

    Parameters
    ----------
    cluster : str
        Which one.
    collections : int
        Organizations' own collections that it would change.
    pooled : int
        Organizations in pools that it would reach.
    pools : int
        Pools that it would change.
    namespaces : int
        How many indexes it would make, which count as namespaces.
    room : int
        How many namespaces the cluster takes besides those that there are.
    """

    cluster: str
    collections: int
    pooled: int
    pools: int
    namespaces: int
    room: int


def plan(definition: Definition) -> list[ClusterPlan]:
    """Return what a roll-out would do on each cluster; changes nothing."""
    grouped: CommandCursor[Any] = organizations().aggregate(
        [
            {"$match": selected(definition["organizations"])},
            {
                "$group": {
                    "_id": {"cluster": {"$ifNull": ["$cluster", MAIN]}, "pool": {"$ifNull": ["$pool", None]}},
                    "number": {"$sum": 1},
                }
            },
        ]
    )
    pools: dict[str, dict[str | None, int]] = {}
    for group in grouped:
        pools.setdefault(group["_id"]["cluster"], {})[group["_id"]["pool"]] = group["number"]
    rooms = {cluster["_id"]: cluster["limit"] - cluster["namespaces"] for cluster in clusters.find_all()}
    return [_of(name, numbers, rooms.get(name, 0), definition) for name, numbers in sorted(pools.items())]


def _of(cluster: str, numbers: dict[str | None, int], room: int, definition: Definition) -> ClusterPlan:
    own = numbers.get(None, 0)
    pools = len(numbers) - (None in numbers)
    namespaces = len(definition["indexes"]) * (own + pools)
    pooled = sum(numbers.values()) - own
    return ClusterPlan(cluster, own, pooled, pools, namespaces, room)


def check(definition: Definition) -> None:
    """Check that a roll-out can begin.

    Raises
    ------
    RolloutRefused
        There are as many roll-outs as there may be, one has an index of the same name, no collection can have
        its validator or all indexes that are rolled out, or a cluster has no room for it.
    """
    current = rollouts.find_current()
    if len(current) >= rollouts.MAX_CURRENT:
        raise RolloutRefused(f"There are {rollouts.MAX_CURRENT} roll-outs already; undo one first.")
    if rollouts.is_index_reserved(definition):
        raise RolloutRefused("Another roll-out has an index of the same name")
    reaching = [rollout["definition"] for rollout in current if _reaches_new_ones(rollout["definition"])]
    _try([*reaching, definition] if _reaches_new_ones(definition) else [definition])
    for planned in plan(definition):
        if planned.namespaces > planned.room:
            raise RolloutRefused(
                f"It takes {planned.namespaces} indexes on the cluster {planned.cluster}, which has room for "
                f"{planned.room}; see `tenantry cluster add --limit`."
            )


def _reaches_new_ones(definition: Definition) -> bool:
    """Tell whether collections of organizations that are created later get a roll-out."""
    selection = definition["organizations"]
    return selection["ids"] is None and selection["kind"] != "pooled"


class _Possible(Exception):
    """Takes a collection back that has been created on trial."""


def _try(definitions: list[Definition]) -> None:
    """Let MongoDB create a collection with all of some roll-outs, and take it back.

    Otherwise each creation of an organization would fail as long as the roll-outs are current.
    """
    place = Place(MAIN, "collection", ids.random_id("trial"))
    shape = _shape(definitions)

    def create(session: ClientSession) -> None:
        collections.create(place, session, shape)
        raise _Possible

    try:
        mongodb.run_transaction(create, on=clusters.cluster_client(MAIN))
    except _Possible:
        return
    except OperationFailure as error:
        if error.timeout or error.code in _NO_REFUSAL:
            raise
        reason = (error.details or {}).get("errmsg", "")
        raise RolloutRefused(f"MongoDB refuses a collection with all that is rolled out: {reason}") from None


def _shape(definitions: list[Definition]) -> Shape:
    try:
        shape = shapes.shape_by(definitions)
        bson.encode(shape.validation or {})
    except (BSONError, LookupError, OverflowError, TypeError, ValueError) as error:
        raise RolloutRefused(f"The rule of the validator is no Extended JSON: {error}") from None
    return shape
