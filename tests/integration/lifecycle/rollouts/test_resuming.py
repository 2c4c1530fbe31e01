"""A roll-out that is interrupted, paused and resumed at any point, while organizations come and go."""

import os
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantry.errors import RolloutRefused
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, suspending
from tenantry.lifecycle.rollouts import operations
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry import clusters
from tenantry.registry.organizations.document import organizations
from tests.integration.lifecycle.rollouts.definitions import MEANS, definition, roll_out, undo
from tests.support import library
from tests.support.databases import Databases

EXAMPLES = int(os.environ.get("ROLLOUT_EXAMPLES", "5"))
STEPS = ("some", "some", "pause", "resume", "create", "rename", "delete", "suspend")
NUMBERS = count()


def few(times: int) -> Means:
    """Return means that are over after a few looks whether there is time."""
    remaining = iter(range(times))
    return Means(lambda: next(remaining, None) is not None, 60, lambda *_: None)


class World:
    """Some organizations, one of which has an index of its own already."""

    def __init__(self, databases: Databases, name: str) -> None:
        self.databases = databases
        self.name = name
        self.members: list[Membership] = [self.create() for _ in range(3)]
        databases.tenants[self.collection(0)].create_index("at", name="by-at")
        organizations().update_one({"_id": self.members[0].organization_id}, {"$inc": {"namespaces": 1}})
        clusters.clusters().update_one({"_id": "main"}, {"$inc": {"namespaces": 1}})

    def create(self) -> Membership:
        return library.create(f"O {next(NUMBERS)}")

    def collection(self, number: int) -> str:
        return str(self.databases.organization(self.members[number].organization_id)["collection"])

    def step(self, step: str) -> None:
        with suppress(RolloutRefused):
            match step:
                case "some":
                    operations.apply(self.name, few(3))
                case "pause":
                    operations.pause(self.name)
                case "resume":
                    operations.resume(self.name)
                case "create":
                    self.members.append(self.create())
                case "rename":
                    library.rename(self.members[1], f"R {next(NUMBERS)}")
                case "suspend":
                    suspending.suspend(self.members[1].organization_id)
                case "delete" if len(self.members) > 3:
                    deleting.delete(self.members.pop())

    def indexes(self) -> list[set[str]]:
        names = [self.collection(number) for number in range(len(self.members))]
        return [set(self.databases.tenants[name].index_information()) for name in names]

    def check_counted(self) -> None:
        namespaces = sum(1 + len(names) for names in self.indexes())
        stored = list(
            organizations().find({"_id": {"$in": [member.organization_id for member in self.members]}})
        )
        assert sum(organization["namespaces"] for organization in stored) == namespaces
        assert clusters.find_all()[0]["namespaces"] == sum(
            organization["namespaces"] for organization in organizations().find()
        )


@pytest.mark.timeout(60 + 5 * EXAMPLES)
@pytest.mark.own_databases
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=8))
def test_in_the_end_all_have_it_once(steps: list[str], databases: Databases) -> None:
    name = f"example-{next(NUMBERS)}"
    world = World(databases, name)
    wanted = definition("at", "kind", parallel=1)
    operations.begin(name, wanted)
    for step in steps:
        world.step(step)
    operations.resume(name)
    assert roll_out(name, wanted).rollout["state"] == "finished"
    assert world.indexes() == [{"_id_", "by-at", "by-kind"}] * len(world.members)
    world.check_counted()
    operations.begin_undoing(name)
    operations.undo(name, few(2))
    assert undo(name, MEANS).rollout["state"] == "undone"
    assert world.indexes() == [{"_id_", "by-at"}, *[{"_id_"}] * (len(world.members) - 1)]
    world.check_counted()
