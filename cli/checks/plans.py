"""What holds for each plan, and for the limits and the plan of each organization."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cli.checks.documents import Documents
from cli.checks.organization_facts import Facts
from cli.connection import Databases
from cli.violation import Violation

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
MOST: Final[Mapping[str, int]] = {
    "members": 1000,
    "documents": 2**53,
    "bytes": 2**53,
    "indexes": 10,
    "requests_per_minute": 2**53,
    "organizations_per_account": 2**53,
}


class Plans(Documents):
    """All plans."""

    name = "plans"

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these plans."""
        return [
            Violation("plan-limits", f"plan {plan['_id']}: {detail}", key=plan["_id"])
            for plan in self._documents.find({"_id": {"$in": list(keys)}})
            for detail in (wrong_name(plan["_id"]), wrong_limits(plan.get("limits")))
            if detail
        ]


def wrong_name(name: Any) -> str | None:
    """Return what is wrong with the name of a plan, or None."""
    return None if isinstance(name, str) and NAME.fullmatch(name) else "its name is malformed"


def wrong_limits(limits: Any) -> str | None:
    """Return what is wrong with limits, or None."""
    if not isinstance(limits, dict):
        return "its limits are none"
    wrong = [name for name, value in limits.items() if not _is_limit(name, value)]
    return f"no limit is {', '.join(f'{name}={limits[name]!r}' for name in wrong)}" if wrong else None


def _is_limit(name: str, value: Any) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return name in MOST and is_number and 0 <= value <= MOST[name]


def known(databases: Databases) -> set[Any]:
    """Return the names of all plans, and None for organizations that name none."""
    return {None, *databases.master["plans"].distinct("_id")}


def plan_known(facts: Facts) -> str | None:
    """Check that the plan of an organization exists, if it names one."""
    plan = facts.document.get("plan")
    return None if plan in facts.plans else f"its plan {plan!r} does not exist"


def limits_known(facts: Facts) -> str | None:
    """Check that the own limits of an organization are some that there are."""
    return wrong_limits(facts.document.get("limits", {}))
