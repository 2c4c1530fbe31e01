"""What a roll-out would do and whether it can begin, as the command line and the console say it."""

from typing import Any

from tenantry.errors import TenantryError
from tenantry.lifecycle.rollouts import planning
from tenantry.registry.rollouts import Definition


def plan_of(definition: Definition) -> dict[str, Any]:
    """Return what a roll-out would do on each cluster, and why it cannot begin, if so; changes nothing.

    Raises
    ------
    pymongo.errors.PyMongoError
        MongoDB cannot be used.
    """
    clusters = [planned._asdict() for planned in planning.plan(definition)]
    return {"clusters": clusters, "refusal": _refusal(definition)}


def _refusal(definition: Definition) -> str | None:
    try:
        planning.check(definition)
    except TenantryError as error:
        return error.detail
    return None
