"""The table of commands is what the library sends, and every change waits for the majority."""

import pytest

from tests.faults.bench import Bench
from tests.faults.commands import COMMANDS
from tests.faults.model import UNKNOWN
from tests.faults.notation import described, waits_for_majority
from tests.faults.operations import OPERATIONS


@pytest.mark.parametrize("operation", OPERATIONS)
def test_table_of_commands_is_what_the_library_sends(bench: Bench, operation: str) -> None:
    start = bench.world.renew(OPERATIONS[operation])
    with bench.watch.watching():
        answer = OPERATIONS[operation].attempt(start.stale)
    assert answer != UNKNOWN
    assert tuple(bench.watch.commands) == COMMANDS[operation]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_change_waits_for_the_majority(bench: Bench, operation: str) -> None:
    start = bench.world.renew(OPERATIONS[operation])
    with bench.watch.watching():
        OPERATIONS[operation].attempt(start.stale)
    changes = [command for command in bench.watch.sent if waits_for_majority(described(command))]
    assert (changes == []) is (operation == "find")
    assert [command["writeConcern"] for command in changes] == [{"w": "majority"}] * len(changes)
