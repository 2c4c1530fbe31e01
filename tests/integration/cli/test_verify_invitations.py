"""`tenantry verify` on a real server: for each rule about invitations one is broken by raw writes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.cli.planted import Planted, rules, verify

BROKEN: dict[str, dict[str, Any]] = {
    "invitation-of-an-organization": {"organization_id": "org_gone"},
    "invitation-address-canonical": {"email": "Grace@example.com"},
    "invitation-role": {"role": "owner"},
}


def invite(planted: Planted, **fields: Any) -> None:
    end = datetime.now(UTC) + timedelta(days=7)
    planted.databases.master["invitations"].insert_one(
        {
            "organization_id": planted.alpha,
            "email": "grace@example.com",
            "role": "editor",
            "invited_by": planted.account(planted.alpha)["_id"],
            "mail_id": "mail_1",
            "state": "pending",
            "created_at": datetime.now(UTC),
            "expires_at": end,
            "removed_at": end,
        }
        | fields
    )


def test_invitations_in_order_have_no_violation(planted: Planted) -> None:
    invite(planted, address="GRACE@example.com")
    invite(planted, state="revoked")
    invite(planted, organization_id=planted.beta)
    assert verify() == (0, [])


@pytest.mark.parametrize("rule", BROKEN)
def test_broken_invitation_is_found(planted: Planted, rule: str) -> None:
    invite(planted, **BROKEN[rule])
    status, violations = verify()
    assert status == 1
    assert [violation["rule"] for violation in violations] == [rule]


def test_address_that_is_not_the_one_that_is_shown_is_found(planted: Planted) -> None:
    invite(planted, address="other@example.com")
    assert rules(verify()[1]) == [("invitation-address-canonical", "alpha")]


def test_address_that_is_invited_twice_is_found(planted: Planted) -> None:
    planted.databases.master["invitations"].drop_index("pending_organization_email")
    for _ in range(2):
        invite(planted)
    assert rules(verify()[1]) == [("invitation-unique", "alpha")] * 2
