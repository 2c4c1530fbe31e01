"""What smoke suites leave behind."""

from collections.abc import Iterator

import pytest

from tests.support.databases import Databases

MADE = {"name": {"$regex": "Smoke"}}
ACCOUNTS = {"email": {"$regex": "simulator"}}


@pytest.fixture(autouse=True)
def nothing_is_left(databases: Databases) -> Iterator[None]:
    yield
    left = [
        *databases.master["organizations"].find(MADE, {"name": 1}),
        *databases.master["accounts"].find(ACCOUNTS, {"email": 1}),
    ]
    assert left == []
    databases.check_invariants()
