"""`tenantry verify` on a real server: what belongs to no organization."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.cli.planted import Planted, rules, verify


@pytest.mark.parametrize("name", ["org_stray", "notes", "~", "Org_alpha", "org_alph", "org_alpha_"])
def test_collection_of_no_organization_is_found(name: str, planted: Planted) -> None:
    planted.databases.tenants.create_collection(name)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("collection-owned", None)]
    assert f" {name} (" in violations[0]["detail"]


def test_view_of_no_organization_is_found(planted: Planted) -> None:
    planted.databases.tenants.create_collection("org_view", viewOn="org_alpha", pipeline=[])
    status, violations = verify()
    assert status == 1
    details = [violation["detail"] for violation in violations]
    assert details == ["no organization owns collection org_view (a view)"]


def test_member_of_no_organization_is_found(planted: Planted) -> None:
    planted.insert_member(organization_id="org_nowhere")
    status, violations = verify()
    assert status == 1
    assert [(violation["rule"], violation["organization_id"]) for violation in violations] == [
        ("member-of-an-organization", "org_nowhere")
    ]
    assert "mem_planted" in violations[0]["detail"]


def test_account_without_organization_is_found(planted: Planted) -> None:
    hashed = "$pbkdf2-sha256$10$AAAA$" + "A" * 43
    account = {"_id": "acct_planted", "email": "nobody@example.org", "auth_epoch": 0, "password_hash": hashed}
    planted.databases.master["accounts"].insert_one(account)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("account-has-member", None)]
    assert "acct_planted" in violations[0]["detail"]


def test_account_that_has_outlived_its_organizations_is_in_order_for_a_month(planted: Planted) -> None:
    hashed = "$pbkdf2-sha256$10$AAAA$" + "A" * 43
    account = {"_id": "acct_planted", "email": "nobody@example.org", "auth_epoch": 0, "password_hash": hashed}
    now = datetime.now(UTC)
    cases: list[tuple[int, list[tuple[str, str | None]]]] = [
        (0, []),
        (30, []),
        (32, [("account-ends", None)]),
    ]
    for days, expected in cases:
        since = {"without_organization_since": now - timedelta(days=days)}
        planted.databases.master["accounts"].replace_one(
            {"_id": "acct_planted"}, account | since, upsert=True
        )
        status, violations = verify()
        assert (status, rules(violations)) == (int(bool(expected)), expected)


def test_account_that_is_wrongly_noted_to_be_without_organization_is_found(planted: Planted) -> None:
    planted.change_account({"without_organization_since": datetime.now(UTC)})
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("account-has-member", "alpha")]


def test_collection_that_a_killed_restore_left_is_found(planted: Planted) -> None:
    planted.databases.tenants.create_collection("restoring_1")
    over = datetime.now(UTC) - timedelta(minutes=5)
    for lease in (None, {"_id": "restoring_1", "leased_until": over}):
        if lease:
            planted.databases.master["restorations"].insert_one(lease)
        status, violations = verify()
        assert status == 1
        assert rules(violations) == [("restore-abandoned", None)]
        assert violations[0]["detail"].endswith("collection restoring_1; run `tenantry reconcile`")


def test_collection_that_a_restore_is_filling_is_in_order(planted: Planted) -> None:
    planted.databases.tenants.create_collection("restoring_1")
    later = datetime.now(UTC) + timedelta(minutes=5)
    planted.databases.master["restorations"].insert_one({"_id": "restoring_1", "leased_until": later})
    assert verify() == (0, [])
