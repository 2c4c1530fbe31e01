"""What is refused before a roll-out begins, so that organizations can be created all the time."""

import pytest

from tenantry.errors import RolloutRefused
from tenantry.identity.members import Membership
from tenantry.lifecycle.rollouts import operations
from tests.integration.lifecycle.rollouts.definitions import definition, roll_out
from tests.support import library
from tests.support.databases import Databases


def test_roll_outs_that_no_collection_can_have_together_are_refused(
    databases: Databases, member: Membership
) -> None:
    roll_out("first", definition("at"))
    same_keys = definition("at")
    same_keys["indexes"][0]["name"] = "at-again"
    with pytest.raises(RolloutRefused, match="already exists"):
        operations.begin("second", same_keys)
    for number in range(6):
        operations.begin(f"more-{number}", definition(*(f"{number}-{index}" for index in range(10))))
    with pytest.raises(RolloutRefused, match="too many indexes"):
        operations.begin("too-many", definition("a", "b", "c"))
    library.create("Amazon")
