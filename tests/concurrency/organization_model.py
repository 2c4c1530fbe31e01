"""One organization as a sequential model: created, changed as often as its version says, and deleted."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from tests.concurrency.history import Operation, Seen
from tests.concurrency.linearizability import Call

ABSENT: Final = Seen("absent")
DELETED: Final = Seen("deleted")
GONE: Final = {"deleting", "deleted"}
TENANT_OPERATIONS: Final = {"insert", "set", "remove", "get", "find"}

Step = Callable[[Operation, Seen], Seen | None]


def organization_calls(operations: Iterable[Operation]) -> list[Call[Seen]]:
    """Return what the operations on one organization tell about it."""
    return [
        Call(partial(step, operation), operation.invoked, operation.ended, step in OBSERVE, operation)
        for operation in operations
        if operation.organization
        for step in _steps_of(operation)
    ]


def _steps_of(operation: Operation) -> Sequence[Step]:
    if operation.outcome == "refused":
        return REFUSALS[operation.result]
    if operation.outcome == "unknown" and operation.name not in CHANGES:
        return ()
    return EFFECTS.get(operation.name, (_is_active,))


def _create(operation: Operation, before: Seen) -> Seen | None:
    return Seen("active", 1, operation.argument.slug) if before == ABSENT else None


def _update(operation: Operation, before: Seen) -> Seen | None:
    """Rename, in two versions of which the first is the intent, or change metadata, in one."""
    slug = operation.argument.slug or before.slug
    is_rename = slug != before.slug
    if before.state != "active" and not (is_rename and before.state == "renaming"):
        return None
    start = before.version - (before.state == "renaming")
    after = Seen("active", start + (2 if is_rename else 1), slug)
    if operation.argument.version not in (None, start):
        return None
    return after if operation.outcome == "unknown" or operation.result == after else None


def _intend_deletion(operation: Operation, before: Seen) -> Seen | None:
    if before.state == "active":
        return Seen("deleting", before.version + 1, before.slug)
    return before if before.state in GONE else None


def _delete(operation: Operation, before: Seen) -> Seen | None:
    return DELETED if before.state in GONE else None


def _read(operation: Operation, before: Seen) -> Seen | None:
    """See the present, or a rename's intent not seen before; nobody sees what was before it any more."""
    seen: Seen = operation.result
    intended = (before.state, seen.state) == ("active", "renaming")
    is_next = intended and (seen.version, seen.slug) == (before.version + 1, before.slug)
    return seen if seen == before or is_next else None


def _is_active(operation: Operation, before: Seen) -> Seen | None:
    return before if before.state == "active" else None


def _is_not_found(operation: Operation, before: Seen) -> Seen | None:
    """Not find it once it is deleted; its collection is out of reach as soon as that is intended."""
    return before if before.state in (GONE if operation.name in TENANT_OPERATIONS else {"deleted"}) else None


def _has_other_version(operation: Operation, before: Seen) -> Seen | None:
    return before if before.state == "active" and before.version != operation.argument.version else None


OBSERVE: Final = (_is_active, _is_not_found, _has_other_version)
CHANGES: Final[dict[str, Sequence[Step]]] = {
    "create": (_create,),
    "update": (_update,),
    "delete": (_intend_deletion, _delete),
}
EFFECTS: Final = CHANGES | {"read": (_read,)}
REFUSALS: Final[dict[str, Sequence[Step]]] = {
    "duplicate": (_is_active,),
    "invalid-token": (_is_not_found,),
    "organization-exists": (_is_active,),
    "organization-not-found": (_is_not_found,),
    "precondition-failed": (_has_other_version,),
    "service-unavailable": (),  # nothing changed, and nothing is told
}
