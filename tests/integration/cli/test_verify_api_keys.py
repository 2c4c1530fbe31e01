"""`tenantry verify` on a real server: for each rule about API keys one is broken by raw writes."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.integration.cli.planted import Planted, rules, verify

NOW: Final = datetime.now(UTC)
SECRET: Final = {"id": "sec_1", "hash": b"h" * 32, "created_by": "acct_1", "created_at": NOW}
BROKEN: Final[list[tuple[str, dict[str, Any]]]] = [
    ("key-of-an-organization", {"organization_id": "org_gone"}),
    ("key-scopes", {"scopes": []}),
    ("key-scopes", {"scopes": ["members"]}),
    ("key-scopes", {"scopes": ["indexes", "indexes"]}),
    ("key-secrets", {"secrets": []}),
    ("key-secrets", {"secrets": [SECRET] * 3}),
    ("key-secrets", {"secrets": [SECRET | {"hash": "tk_plain"}]}),
    ("key-secrets", {"secrets": [SECRET | {"text": "tk_plain"}]}),
    ("key-removed-in-time", {"expires_at": NOW - timedelta(days=32)}),
    ("key-rate", {"requests_per_minute": 0}),
]


def add(planted: Planted, key_id: str = "key_1", **fields: Any) -> None:
    planted.databases.master["api_keys"].insert_one(
        {
            "_id": key_id,
            "organization_id": planted.alpha,
            "name": "Nightly import",
            "scopes": ["documents:read"],
            "secrets": [SECRET],
            "created_by": "acct_1",
            "created_at": NOW,
        }
        | fields
    )


def test_keys_in_order_have_no_violation(planted: Planted) -> None:
    add(planted)
    add(planted, "key_2", secrets=[SECRET, SECRET | {"id": "sec_2"}], expires_at=NOW - timedelta(days=29))
    assert verify() == (0, [])


@pytest.mark.parametrize(("rule", "fields"), BROKEN)
def test_broken_key_is_found(planted: Planted, rule: str, fields: dict[str, Any]) -> None:
    add(planted, **fields)
    status, violations = verify()
    assert status == 1
    assert [violation["rule"] for violation in violations] == [rule]


def test_more_keys_than_an_organization_may_have_are_found(planted: Planted) -> None:
    for number in range(101):
        add(planted, f"key_{number}")
    assert set(rules(verify()[1])) == {("key-limit", "alpha")}
