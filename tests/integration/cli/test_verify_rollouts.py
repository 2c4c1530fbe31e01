"""`tenantry verify` names organizations that have drifted from what was rolled out to them."""

from collections.abc import Callable

import pytest

from tenantry.storage import pools
from tests.integration.cli.planted import Planted, verify
from tests.integration.lifecycle.rollouts.definitions import EVERYBODY, REQUIRES_KIND, definition, roll_out
from tests.support import library


def drop(planted: Planted) -> None:
    planted.databases.tenants["org_alpha"].drop_index("by-at")


def give_another_option(planted: Planted) -> None:
    drop(planted)
    planted.databases.tenants["org_alpha"].create_index("at", name="by-at", expireAfterSeconds=60)


def give_another_field(planted: Planted) -> None:
    drop(planted)
    planted.databases.tenants["org_alpha"].create_index("other", name="by-at")


def give_another_validator(planted: Planted) -> None:
    planted.databases.tenants.command("collMod", "org_alpha", validationAction="warn")


def drop_from_pool(planted: Planted) -> None:
    planted.databases.tenants["pool_0"].drop_index("*:by-kind")


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (drop, "lacks the index by-at"),
        (give_another_option, "other options"),
        (give_another_field, "other fields"),
        (give_another_validator, "another validator"),
        (drop_from_pool, "lacks the index by-kind"),
    ],
)
def test_drift_is_named(plant: Callable[[Planted], None], said: str, planted: Planted) -> None:
    pools.create("main", "pool_0")
    library.create("Pooled", kind="pooled")
    own = EVERYBODY | {"kind": "collection"}
    roll_out("own", definition("at", validator=REQUIRES_KIND, organizations=own))
    roll_out("all", definition("kind"))
    assert verify() == (0, [])
    plant(planted)
    status, (violation,) = verify()
    assert status == 1
    assert violation["rule"] == "rolled-out"
    assert said in violation["detail"]
