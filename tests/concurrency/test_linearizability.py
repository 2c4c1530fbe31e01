"""The judge of histories is judged by histories whose verdict is known."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.concurrency.consistency import contradictions
from tests.concurrency.histories import BAD, GOOD
from tests.concurrency.history import Operation
from tests.concurrency.linearizability import Call, contradiction


def put(value: int, before: int) -> int:
    return value


def got(value: int, before: int) -> int | None:
    return before if before == value else None


def register(*calls: tuple[Callable[[int, int], int | None], int, int, int | None]) -> str | None:
    """Judge a history of one register, which holds 0 at first, by step, value, invocation and response."""
    return contradiction(
        0,
        [
            Call(partial(step, value), invoked, responded, step is got, f"{step.__name__} {value}")
            for step, value, invoked, responded in calls
        ],
    )


@pytest.mark.parametrize(
    "calls",
    [
        [],
        [(put, 1, 0, 1), (got, 1, 2, 3)],
        [(put, 1, 0, 9), (got, 0, 1, 2), (got, 1, 3, 4)],
        [(put, 1, 0, 9), (put, 2, 0, 9), (got, 2, 1, 2), (got, 1, 3, 4)],
        [(put, 1, 0, 2), (got, 0, 2, 3)],
        [(put, 1, 0, None), (got, 0, 5, 6), (got, 1, 7, 8)],
        [(put, 1, 0, None), (got, 0, 5, 6)],
        [(put, 1, 0, None), (put, 2, 1, 2), (got, 2, 3, 4), (got, 1, 5, 6)],
    ],
)
def test_linearizable_history_of_a_register(calls: list[Any]) -> None:
    assert register(*calls) is None


@pytest.mark.parametrize(
    ("calls", "culprit"),
    [
        ([(got, 1, 0, 1)], "got 1"),
        ([(put, 1, 0, 1), (got, 0, 2, 3)], "got 0"),  # stale read
        ([(put, 1, 0, 9), (got, 1, 1, 2), (got, 0, 3, 4)], "got 0"),  # read that goes back
        ([(put, 1, 0, 1), (put, 2, 2, 3), (got, 1, 4, 5)], "got 1"),  # lost update
        ([(put, 1, 5, None), (got, 1, 0, 1)], "got 1"),  # seen before it was asked for
        ([(put, 1, 0, None), (got, 1, 1, 2), (got, 0, 3, 4)], "got 0"),  # undone after it was seen
        ([(put, 1, 0, None), (got, 1, 1, 2), (put, 2, 3, 4), (got, 1, 5, 6)], "got 1"),  # done twice
    ],
)
def test_history_of_a_register_that_is_not_linearizable(calls: list[Any], culprit: str) -> None:
    reason = register(*calls)
    assert reason is not None
    assert reason.startswith(culprit)


def test_long_history_with_much_at_the_same_time() -> None:
    calls: list[Any] = [(put, -number, 0, None) for number in range(1, 4)]
    for number in range(200):
        calls += [(put, number, 10 * number, 10 * number + 25), (got, number, 10 * number, 10 * number + 30)]
    assert register(*calls) is None
    assert register(*calls, (got, 100, 1500, 1501)) is not None


@pytest.mark.parametrize("operations", GOOD.values(), ids=GOOD)
def test_linearizable_history(operations: list[Operation]) -> None:
    assert contradictions(operations) == []


@pytest.mark.parametrize("operations", BAD.values(), ids=BAD)
def test_history_that_is_not_linearizable(operations: list[Operation]) -> None:
    assert contradictions(operations) != []
