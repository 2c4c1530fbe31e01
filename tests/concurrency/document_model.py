"""One document of a tenant as a sequential model: it is absent, the empty string, or has a value."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from tests.concurrency.history import DUPLICATE, Operation
from tests.concurrency.linearizability import Call

ABSENT: Final = ""
OPERATIONS: Final = ("insert", "set", "remove", "get")

Step = Callable[[Operation, str], str | None]


def document_calls(operations: Iterable[Operation]) -> list[Call[str]]:
    """Return what the operations on one document tell about it."""
    return [
        Call(partial(step, operation), operation.invoked, operation.ended, step in OBSERVE, operation)
        for operation in operations
        if (step := _step_of(operation)) is not None
    ]


def _step_of(operation: Operation) -> Step | None:
    match operation.name, operation.outcome:
        case "insert", "refused" if operation.result == DUPLICATE:
            return _is_there
        case ("get", "unknown") | (_, "refused"):
            return None
        case name, _:
            return STEPS[name]


def _insert(operation: Operation, before: str) -> str | None:
    value: str = operation.argument.value
    return value if before == ABSENT else None


def _is_there(operation: Operation, before: str) -> str | None:
    return before if before != ABSENT else None


def _set(operation: Operation, before: str) -> str | None:
    return _change(operation, before, operation.argument.value)


def _remove(operation: Operation, before: str) -> str | None:
    return _change(operation, before, ABSENT)


def _change(operation: Operation, before: str, value: str) -> str | None:
    """Return the state after a change; the result tells how many documents were met."""
    met = before != ABSENT
    if operation.outcome == "done" and operation.result != met:
        return None
    return value if met else before


def _get(operation: Operation, before: str) -> str | None:
    return before if operation.result == before else None


OBSERVE: Final = (_is_there, _get)
STEPS: Final[dict[str, Step]] = {"insert": _insert, "set": _set, "remove": _remove, "get": _get}
