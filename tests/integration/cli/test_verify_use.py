"""`tenantry verify` looks at what is kept of organizations' use."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from tenantry.registry.organizations import finding, usage
from tenantry.registry.organizations.usage import Size
from tenantry.registry.usage import counting
from tests.integration.cli.planted import Planted, violated_rules

GOOD: Final[dict[str, Any]] = {
    "_id": "org_gone 2026-12",
    "organization_id": "org_gone",
    "month": "2026-12",
    "expires_at": datetime(2029, 2, 1, tzinfo=UTC),
    "requests": 3,
    "documents": 1,
    "bytes": 5,
    "byte_milliseconds": 7.5,
    "measured_at": datetime(2027, 1, 1, tzinfo=UTC),
}


def test_what_the_library_keeps_is_right(planted: Planted) -> None:
    organization = finding.find(planted.alpha)
    assert organization is not None
    assert usage.save(organization, Size(1, 1))
    counting.note(planted.beta)
    counting.count(200)
    assert planted.databases.master["usage"].count_documents({}) == 2
    planted.databases.master["usage"].insert_one(GOOD)
    assert violated_rules() == []


@pytest.mark.parametrize(("changes", "rule"), [
    ({"month": "2026-11"}, "use-of-a-month"),
    ({"month": None}, "use-of-a-month"),
    ({"organization_id": "org_other"}, "use-of-a-month"),
    ({"name": "Alpha"}, "use-numbers"),
    ({"requests": -1}, "use-numbers"),
    ({"bytes": "5"}, "use-numbers"),
    ({"measured_at": datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC)}, "use-measured"),
    ({"measured_at": None}, "use-measured"),
    ({"expires_at": datetime(2029, 3, 1, tzinfo=UTC)}, "use-end"),
])  # fmt: skip
def test_what_is_wrong_is_found(planted: Planted, changes: dict[str, Any], rule: str) -> None:
    planted.databases.master["usage"].insert_one(GOOD | changes)
    assert violated_rules() == [rule]
