"""What a roll-out would do, and whether there is room for it."""

from typing import Any, NamedTuple

from pymongo.command_cursor import CommandCursor
from pymongo.errors import OperationFailure

from tenantry.errors import RolloutRefused
from tenantry.lifecycle.rollouts import shapes
from tenantry.registry import clusters, rollouts
from tenantry.registry.clusters import MAIN
from tenantry.registry.organizations.document import organizations
from tenantry.registry.organizations.selecting import selected
from tenantry.registry.rollouts import Definition, RolledOutValidator
from tenantry.runtime import server_errors


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
    collections = numbers.get(None, 0)
    pools = len(numbers) - (None in numbers)
    namespaces = len(definition["indexes"]) * (collections + pools)
    pooled = sum(numbers.values()) - collections
    return ClusterPlan(cluster, collections, pooled, pools, namespaces, room)


def check(definition: Definition) -> None:
    """Check that a roll-out can begin.

    Raises
    ------
    RolloutRefused
        There are as many roll-outs as there may be, MongoDB does not know the validator's rule, or a cluster
        has no room for this one.
    """
    if len(rollouts.find_current()) >= rollouts.MAX_CURRENT:
        raise RolloutRefused(f"There are {rollouts.MAX_CURRENT} roll-outs already; undo one first.")
    if definition["validator"]:
        _check_rule(definition["validator"])
    for planned in plan(definition):
        if planned.namespaces > planned.room:
            raise RolloutRefused(
                f"It takes {planned.namespaces} indexes on the cluster {planned.cluster}, which has room for "
                f"{planned.room}; see `tenantry cluster add --limit`."
            )


def _check_rule(validator: RolledOutValidator) -> None:
    """Let MongoDB read the rule of a validator, which is a query."""
    rule = shapes.validation(validator)["validator"]
    try:
        rollouts.rollouts().find_one({"$and": [{"_id": ""}, rule]})
    except OperationFailure as error:
        if error.code in (None, server_errors.UNAUTHORIZED):
            raise
        reason = (error.details or {}).get("errmsg", "")
        raise RolloutRefused(f"MongoDB refuses the rule of the validator: {reason}") from None
