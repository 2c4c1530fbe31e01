"""A fault at every command of every operation, and all that may follow it."""

import itertools
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from tests.faults import selection
from tests.faults.bench import Bench
from tests.faults.case import Case
from tests.faults.commands import COMMANDS
from tests.faults.contending import contending, continuations
from tests.faults.deletion_commands import OF_DELETIONS, OF_FORMER_SLUGS
from tests.faults.faults import FAULTS, TIMEOUTS_SECONDS, MissedError
from tests.faults.people_commands import OF_PEOPLE
from tests.faults.rollout_commands import OF_ROLL_OUTS

_ALWAYS: Final = ("killed-after", "reply-lost-twice")  # they find the most


class _Every(NamedTuple):
    """Of how many commands, or of how many cases, one runs with every change."""

    hit: int  # by each fault that is always tried
    overtaken: int  # by one of those who contend
    other: int  # case; shares no factor with the numbers of faults and continuations


_OFTEN: Final = _Every(12, 7, 631)
# Operations on people are transactions of the master database, one like the other, so fewer run.
_LESS_OFTEN: Final = _Every(11, 8, 1217)
# What undoes, ends and rolls out does much of what others do.
_RARELY: Final = _Every(19, 15, 2039)
_COMMON: Final = {"delete-and-keep", "undo", "purge"}
_CLOSEST: Final = (  # operations, and what is worst for them when it overtakes them
    {"rename", "insert-one", "insert-one-into-open-collection"},
    {"rename", "back", "heir", "successor"},
)


def _every(operation: str) -> _Every:
    if operation in OF_PEOPLE:
        return _LESS_OFTEN
    is_rare = operation in {*OF_DELETIONS, *OF_FORMER_SLUGS, *OF_ROLL_OUTS} - _COMMON
    return _RARELY if is_rare else _OFTEN


def _cases() -> Iterator[Any]:
    numbers = itertools.count()
    for operation, commands in COMMANDS.items():
        turns = itertools.cycle(continuations(operation))
        every = _every(operation)
        for (index, command), (name, fault) in itertools.product(enumerate(commands), FAULTS.items()):
            if not fault.applies(command):
                continue
            point = f"{operation}-{index}-{command.replace(' ', '_')}-{name}"
            always = _ALWAYS[index % every.hit :][:1]
            turn = next(turns) if name in always else None
            for continuation in continuations(operation):
                if next(numbers) % every.other == 0 or continuation == turn or selection.ALL:
                    yield pytest.param(operation, index, name, continuation, id=f"{point}-{continuation}")


def _overtakings() -> Iterator[Any]:
    overtaken, overtaking = _CLOSEST
    for operation, commands in COMMANDS.items():
        turns = itertools.cycle(["retry", *contending(operation)])
        for index, command in enumerate(commands):
            point = f"{operation}-{index}-{command.replace(' ', '_')}-overtaken"
            turn = None if index % _every(operation).overtaken else next(turns)
            for contender in ["retry", *contending(operation)]:
                is_close = operation in overtaken and contender in overtaking
                if is_close or contender == turn or selection.ALL:
                    yield pytest.param(operation, index, "overtaken", contender, id=f"{point}-{contender}")


@pytest.mark.parametrize(("operation", "index", "fault", "continuation"), list(_cases()))
def test_fault(bench: Bench, operation: str, index: int, fault: str, continuation: str) -> None:
    for timeout_seconds in TIMEOUTS_SECONDS:
        try:
            Case(bench, operation, timeout_seconds).run(FAULTS[fault], index, continuation)
        except MissedError:
            if timeout_seconds == TIMEOUTS_SECONDS[-1]:
                raise
        else:
            break


@pytest.mark.parametrize(("operation", "index", "fault", "contender"), list(_overtakings()))
def test_overtaken(bench: Bench, operation: str, index: int, fault: str, contender: str) -> None:
    Case(bench, operation).run_overtaken(index, contender)
