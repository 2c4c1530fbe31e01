"""`tenantry verify` on a real server: what it looks at, and what is in order."""

from collections.abc import Callable

import pytest

from cli import checker, connection
from cli.checks import collections
from tests.integration.cli.planted import LONG_AGO, Planted, rules, verify
from tests.support import library
from tests.support.databases import Databases


def test_databases_in_order_have_no_violation(planted: Planted) -> None:
    member = library.membership(planted.account(planted.alpha)["_id"], planted.alpha)
    library.create_second("Delta", member)
    library.rename(member, "Omega")
    assert verify() == (0, [])


def test_empty_databases_have_no_violation(databases: Databases) -> None:
    assert verify() == (0, [])


def test_the_same_names_in_other_databases_are_not_looked_at(planted: Planted) -> None:
    planted.change({"state": "paused"})
    elsewhere = ["--master-database", f"{planted.databases.master.name}_other"]
    assert verify(*elsewhere, "--tenant-database", f"{planted.databases.tenants.name}_other") == (0, [])


def rename_started(planted: Planted) -> None:
    planted.intend("renaming", "omega")


def rename_done_but_for_the_metadata(planted: Planted) -> None:
    planted.intend("renaming", "omega")
    planted.rename_collection("org_omega")


def deletion_started(planted: Planted) -> None:
    planted.intend("deleting", "alpha")


def deletion_done_but_for_the_metadata(planted: Planted) -> None:
    planted.intend("deleting", "alpha")
    planted.databases.tenants.drop_collection("org_alpha")


@pytest.mark.parametrize(
    "plant",
    [
        rename_started,
        rename_done_but_for_the_metadata,
        deletion_started,
        deletion_done_but_for_the_metadata,
    ],
)
def test_young_intent_is_no_violation(plant: Callable[[Planted], None], planted: Planted) -> None:
    plant(planted)
    assert verify() == (0, [])
    status, violations = verify("--older-than", "0")
    assert status == 1
    assert rules(violations) == [("intent-young", "alpha")]


def test_options_name_the_age_of_an_old_intent(planted: Planted) -> None:
    planted.intend("renaming", "omega", LONG_AGO)
    assert verify("--older-than", "600") == (0, [])
    assert verify("--older-than", "200")[0] == 1


def test_pages_and_batches_leave_nothing_out(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "PAGE", 7)
    monkeypatch.setattr(connection, "LISTED_AT_ONCE", 3)
    monkeypatch.setattr(checker, "BATCH", 5)
    names = [f"tenant-{number:02}" for number in range(40)]
    members = {name: library.create(name) for name in names}
    assert verify() == (0, [])
    databases.tenants.drop_collection("org_tenant_20")
    strays = ["aaa", *(f"org_tenant_{number:02}_stray" for number in range(40)), "zzz"]
    for stray in strays:
        databases.tenants.create_collection(stray)
    status, violations = verify()
    assert status == 1
    lost = [violation for violation in violations if violation["rule"] == "collection-exists"]
    assert [violation["organization_id"] for violation in lost] == [members["tenant-20"].organization_id]
    details = [violation["detail"] for violation in violations if violation["rule"] == "collection-owned"]
    assert len(violations) == len(details) + 1
    assert sorted(detail.split()[-2] for detail in details) == sorted(strays)
