"""The judge of histories is judged by histories whose verdict is known."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.concurrency.consistency import contradictions
from tests.concurrency.history import DUPLICATE, Change, Creation, Document, Operation, Outcome, Seen
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


def op(
    name: str,
    times: tuple[int, int],
    argument: Any = None,
    result: Any = None,
    outcome: Outcome = "done",
    *,
    organization: str = "X",
) -> Operation:
    return Operation(name, organization, argument, outcome, result, *times)


def created(slug: str, times: tuple[int, int], organization: str = "X") -> Operation:
    return op("create", times, Creation(slug, organization), organization=organization)


def renamed(slug: str, times: tuple[int, int], version: int) -> Operation:
    return op("update", times, Change(slug, None), Seen("active", version, slug))


def read(times: tuple[int, int], *seen: Any, organization: str = "X") -> Operation:
    return op("read", times, organization, Seen(*seen), organization=organization)


GOOD = {
    "rename whose intent is seen": [
        created("a", (0, 1)),
        renamed("b", (2, 9), 3),
        read((3, 4), "active", 1, "a"),
        read((5, 6), "renaming", 2, "a"),
        read((7, 8), "active", 3, "b"),
    ],
    "change of metadata alone": [
        created("a", (0, 1)),
        op("update", (2, 3), Change(None, None), Seen("active", 2, "a")),
        renamed("a", (4, 5), 3),
        read((6, 7), "active", 3, "a"),
    ],
    "rename of unknown outcome, completed by somebody later": [
        created("a", (0, 1)),
        op("update", (2, 3), Change("b", None), None, "unknown"),
        read((4, 5), "active", 1, "a"),
        read((6, 7), "renaming", 2, "a"),
        read((8, 9), "active", 3, "b"),
        created("a", (10, 11), "Y"),
    ],
    "creation of unknown outcome, found later": [
        op("create", (0, 1), Creation("a", "mark"), None, "unknown", organization=""),
        op("read", (2, 3), "mark", Seen("active", 1, "a")),
    ],
    "creation of unknown outcome that has not happened": [
        op("create", (0, 1), Creation("a", "mark"), None, "unknown", organization=""),
        created("a", (2, 3)),
    ],
    "name that passes on": [
        created("a", (0, 1)),
        op("create", (2, 3), Creation("a", "Y"), "organization-exists", "refused", organization=""),
        op("delete", (4, 5)),
        created("a", (6, 7), "Y"),
        op("insert", (6, 7), Document("d", "1"), "organization-not-found", "refused"),
    ],
    "deletion that two ask for": [
        created("a", (0, 1)),
        op("delete", (2, 5)),
        op("delete", (3, 9)),
        created("a", (6, 7), "Y"),
        read((8, 9), "deleted"),
    ],
    "failed precondition": [
        created("a", (0, 1)),
        renamed("b", (2, 3), 3),
        op("update", (4, 5), Change("c", 1), "precondition-failed", "refused"),
    ],
    "document of which the outcome of a write is unknown": [
        created("a", (0, 1)),
        op("insert", (2, 3), Document("d", "1")),
        op("set", (4, 5), Document("d", "2"), None, "unknown"),
        op("get", (6, 7), Document("d"), "1"),
        op("get", (8, 9), Document("d"), "2"),
        op("insert", (10, 11), Document("d", "3"), DUPLICATE, "refused"),
        op("remove", (12, 13), Document("d"), True),
        op("remove", (14, 15), Document("d"), False),
        op("get", (16, 17), Document("d"), ""),
    ],
    "equal documents of two organizations": [
        created("a", (0, 1)),
        created("b", (0, 1), "Y"),
        op("insert", (2, 3), Document("d", "1")),
        op("get", (4, 5), Document("d"), "", organization="Y"),
    ],
}

BAD = {
    "version that goes down": [
        created("a", (0, 1)),
        renamed("b", (2, 9), 3),
        read((3, 4), "renaming", 2, "a"),
        read((5, 6), "active", 1, "a"),
    ],
    "two changes that give one version": [
        created("a", (0, 1)),
        op("update", (2, 9), Change(None, None), Seen("active", 2, "a")),
        op("update", (2, 9), Change(None, None), Seen("active", 2, "a")),
    ],
    "rename that left the old name": [
        created("a", (0, 1)),
        renamed("b", (2, 3), 3),
        read((4, 5), "active", 3, "a"),
    ],
    "rename that never was": [created("a", (0, 1)), read((2, 3), "active", 3, "b")],
    "name that two hold": [created("a", (0, 1)), created("a", (2, 3), "Y")],
    "name that a rename takes from another": [
        created("a", (0, 1)),
        created("b", (0, 1), "Y"),
        renamed("b", (2, 3), 3),
    ],
    "name that a rename does not leave": [
        created("a", (0, 1)),
        renamed("b", (2, 3), 3),
        op("create", (4, 5), Creation("a", "Y"), "organization-exists", "refused", organization=""),
    ],
    "name that a deletion does not leave": [
        created("a", (0, 1)),
        op("delete", (2, 3)),
        op("create", (4, 5), Creation("a", "Y"), "organization-exists", "refused", organization=""),
    ],
    "refusal of a free name": [
        created("a", (0, 1)),
        op("update", (2, 3), Change("b", None), "organization-exists", "refused"),
    ],
    "write after the deletion": [
        created("a", (0, 1)),
        op("delete", (2, 3)),
        op("insert", (4, 5), Document("d", "1")),
    ],
    "organization that comes back": [
        created("a", (0, 1)),
        read((2, 3), "deleted"),
        read((4, 5), "active", 1, "a"),
    ],
    "organization that is not found though it is there": [
        created("a", (0, 1)),
        op("get", (2, 3), Document("d"), "organization-not-found", "refused"),
    ],
    "change in spite of the precondition": [
        created("a", (0, 1)),
        renamed("b", (2, 3), 3),
        op("update", (4, 5), Change("c", 1), Seen("active", 5, "c")),
    ],
    "tenant that looks empty": [
        created("a", (0, 1)),
        op("insert", (2, 3), Document("d", "1")),
        renamed("b", (4, 9), 3),
        op("get", (5, 6), Document("d"), ""),
    ],
    "acknowledged write that is lost": [
        created("a", (0, 1)),
        op("insert", (2, 3), Document("d", "1")),
        op("set", (4, 5), Document("d", "2"), True),
        op("get", (6, 7), Document("d"), "1"),
    ],
    "duplicate that is another organization's": [
        created("a", (0, 1)),
        created("b", (0, 1), "Y"),
        op("insert", (2, 3), Document("d", "1")),
        op("insert", (4, 5), Document("d", "2"), DUPLICATE, "refused", organization="Y"),
    ],
    "creation that nobody asked for": [read((0, 1), "active", 1, "a")],
}


@pytest.mark.parametrize("operations", GOOD.values(), ids=GOOD)
def test_linearizable_history(operations: list[Operation]) -> None:
    assert contradictions(operations) == []


@pytest.mark.parametrize("operations", BAD.values(), ids=BAD)
def test_history_that_is_not_linearizable(operations: list[Operation]) -> None:
    assert contradictions(operations) != []
