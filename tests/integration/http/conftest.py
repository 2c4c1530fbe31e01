"""What several modules of tests about requests begin with."""

import pytest

from tests.integration.http.presumed import KEPT, World
from tests.support.databases import Databases
from tests.support.owners import Owner


@pytest.fixture
def world(owner: Owner, databases: Databases) -> World:
    databases.tenants["org_alpha"].replace_one({"_id": "kept"}, KEPT)
    world = World(owner, databases)
    assert world.get().json == KEPT
    return world
