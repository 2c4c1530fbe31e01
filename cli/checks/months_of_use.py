"""What holds for each record of what an organization has used in a month."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from cli.checks.documents import Documents
from cli.connection import Databases, Document
from cli.violation import Violation

KEPT_MONTHS: Final = 25
MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
NUMBERS: Final = ("requests", "documents", "bytes", "byte_milliseconds")
FIELDS: Final = {"_id", "organization_id", "month", "expires_at", "measured_at", *NUMBERS}


def is_of_a_month(use: Document) -> str | None:
    """Check that the id says which organization and month it is."""
    is_month = isinstance(use.get("month"), str) and MONTH.fullmatch(use["month"])
    if is_month and use["_id"] == f"{use.get('organization_id')} {use['month']}":
        return None
    return f"is of {use.get('organization_id')!r} in {use.get('month')!r}"


def holds_numbers_alone(use: Document) -> str | None:
    """Check that it has nothing of the organization's but how much it has used."""
    if unknown := use.keys() - FIELDS:
        return f"has fields that no record of use has: {', '.join(sorted(unknown))}"
    wrong = [name for name in NUMBERS if name in use and not _is_number(use[name])]
    return f"has no number of {', '.join(wrong)}" if wrong else None


def is_measured_in_its_month(use: Document) -> str | None:
    """Check that storage is counted until a moment of the month."""
    if is_of_a_month(use) or ("measured_at" not in use and "byte_milliseconds" not in use):
        return None
    measured_at = use.get("measured_at")
    if isinstance(measured_at, datetime) and _later(use, 0) <= measured_at <= _later(use, 1):
        return None
    return f"is measured at {measured_at}"


def ends_in_time(use: Document) -> str | None:
    """Check that it is kept for as long as it has to be, and no longer."""
    if is_of_a_month(use) or use.get("expires_at") == _later(use, 1 + KEPT_MONTHS):
        return None
    return f"is kept until {use.get('expires_at')}"


RULES: Final[dict[str, Callable[[Document], str | None]]] = {
    "use-of-a-month": is_of_a_month,
    "use-numbers": holds_numbers_alone,
    "use-measured": is_measured_in_its_month,
    "use-end": ends_in_time,
}


class MonthsOfUse(Documents):
    """All records of what organizations have used, deleted ones included."""

    name = "months of use"

    def __init__(self, databases: Databases) -> None:
        super().__init__(databases)
        self._documents = self._master["usage"]

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these records."""
        return [
            Violation(rule, f"the record {use['_id']} {detail}", key=use["_id"], version="")
            for use in self._documents.find({"_id": {"$in": list(keys)}})
            for rule, check in RULES.items()
            if (detail := check(use))
        ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _later(use: Document, months: int) -> datetime:
    """Return the first moment of the month, or of one that comes so many months later."""
    year, month = map(int, use["month"].split("-"))
    years, index = divmod(month - 1 + months, 12)
    return datetime(max(year, 1) + years, index + 1, 1, tzinfo=UTC)
