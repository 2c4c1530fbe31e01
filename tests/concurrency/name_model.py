"""One name as a sequential model: it is free, or one organization holds it; the state is that one's id.

An organization holds its slug and its former slugs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from tests.concurrency.history import Operation
from tests.concurrency.linearizability import Call

FREE: Final = ""

Step = Callable[[str, str], str | None]
NamedCall = tuple[str, Call[str]]


def _acquire(organization: str, holder: str) -> str | None:
    return organization if holder == FREE else None


def _acquire_or_return_to(organization: str, holder: str) -> str | None:
    return organization if holder in (FREE, organization) else None


def _release(organization: str, holder: str) -> str | None:
    return FREE if holder == organization else None


def _holds(organization: str, holder: str) -> str | None:
    return holder if holder == organization else None


def _is_taken(organization: str, holder: str) -> str | None:
    return holder if holder not in (FREE, organization) else None


class Names:
    """The names that the organizations of a history hold in turn.

    A rename takes one name when its intent is written and leaves the other when it is completed; each is a
    call on its own name. Which one it leaves is told by the organization's versions.

    Parameters
    ----------
    operations
        The history.
    former_slugs
        How many of the names that it leaves an organization still holds, the first ones.
    """

    def __init__(self, operations: Sequence[Operation], former_slugs: int = 0) -> None:
        self._operations = operations
        self._former_slugs = former_slugs
        self._take = _acquire_or_return_to if former_slugs else _acquire
        self._slugs: dict[str, dict[int, str]] = defaultdict(dict)  # by organization and version at rest
        self._targets: dict[str, set[str]] = defaultdict(set)  # of renames that may have happened
        self._deletions: dict[str, list[Operation]] = defaultdict(list)
        for operation in operations:
            self._learn(operation)

    def calls(self) -> dict[str, list[Call[str]]]:
        """Return what the history tells about each name."""
        calls = defaultdict[str, list[Call[str]]](list)
        for operation in self._operations:
            for slug, call in self._calls_of(operation):
                calls[slug].append(call)
        for organization in self._deletions:
            for slug, call in self._deletion(organization):
                calls[slug].append(call)
        return calls

    def is_rename(self, operation: Operation) -> bool:
        """Tell whether an operation is known to have given its organization another name."""
        is_done = (operation.name, operation.outcome) == ("update", "done")
        return is_done and self._vacated_by(operation) is not None

    def _learn(self, operation: Operation) -> None:
        slugs = self._slugs[operation.organization]
        match operation.name, operation.outcome:
            case "create", "done" | "unknown":
                slugs[1] = operation.argument.slug
            case "update", "done":
                slugs[operation.result.version] = operation.result.slug
            case "update", "unknown" if operation.argument.slug:
                self._targets[operation.organization].add(operation.argument.slug)
            case "read", "done" if operation.result.state == "active":
                slugs[operation.result.version] = operation.result.slug
            case "delete", "done" | "unknown":
                self._deletions[operation.organization].append(operation)

    def _calls_of(self, operation: Operation) -> Iterator[NamedCall]:
        match operation.name, operation.outcome:
            case "create" | "update", "refused" if operation.result == "organization-exists":
                yield _call(operation.argument.slug, _is_taken, operation)
            case "create", "done" | "unknown":
                yield _call(operation.argument.slug, self._take, operation)
            case "update", "done":
                yield from self._rename(operation)
            case "update", "unknown" if operation.argument.slug:
                yield from self._possible_rename(operation)
            case "read", "done" if operation.result.slug:
                yield _call(operation.result.slug, _holds, operation)

    def _rename(self, operation: Operation) -> Iterator[NamedCall]:
        after, slugs = operation.result, self._slugs[operation.organization]
        vacated = self._vacated_by(operation)
        if vacated is not None:
            yield _call(after.slug, self._take, operation)
            former = self._former(operation.organization, after.version)
            if former is None:
                yield _possible_call(vacated, _release, operation)
            elif vacated not in former:
                yield _call(vacated, _release, operation)
        elif after.version - 2 in slugs or after.version - 1 in slugs:
            yield _call(after.slug, _holds, operation)
        else:
            yield from self._possible_rename(operation)

    def _vacated_by(self, operation: Operation) -> str | None:
        """Return the name that a change has left, if it is known; a rename makes two versions."""
        before = self._slugs[operation.organization].get(operation.result.version - 2)
        return before if before != operation.result.slug else None

    def _former(self, organization: str, version: int) -> list[str] | None:
        """Return the former slugs of an organization at a version; None if not every rename is known."""
        slugs, at, former = self._slugs[organization], 1, list[str]()
        while self._former_slugs and at < version:
            after = at + 1 if at + 1 in slugs else at + 2
            if not {at, after} <= slugs.keys():
                return None
            if slugs[after] != slugs[at]:
                former = [slug for slug in former if slug != slugs[after]]
                former += [slugs[at]] if len(former) < self._former_slugs else []
            at = after
        return former

    def _possible_rename(self, operation: Operation) -> Iterator[NamedCall]:
        target = operation.argument.slug or operation.result.slug
        yield _possible_call(target, self._take, operation)
        for slug in self._possible_names(operation.organization) - {target}:
            yield _possible_call(slug, _release, operation)

    def _deletion(self, organization: str) -> Iterator[NamedCall]:
        """Return the one release of each name by all who tried to delete the organization."""
        attempts = self._deletions[organization]
        first = min(attempts, key=lambda operation: operation.invoked)
        ends = [operation.responded for operation in attempts if operation.outcome == "done"]
        slugs = self._slugs[organization]
        former = self._former(organization, max(slugs))
        if ends and not self._targets[organization] and former is not None:
            release = partial(_release, organization)
            for slug in (slugs[max(slugs)], *former):
                yield slug, Call(release, first.invoked, min(ends), description=first)
        else:
            for slug in self._possible_names(organization):
                yield _possible_call(slug, _release, first)

    def _possible_names(self, organization: str) -> set[str]:
        return set(self._slugs[organization].values()) | self._targets[organization]


def _call(slug: str, step: Step, operation: Operation) -> NamedCall:
    return slug, Call(
        partial(step, operation.organization),
        operation.invoked,
        operation.ended,
        step in (_holds, _is_taken),
        operation,
    )


def _possible_call(slug: str, step: Step, operation: Operation) -> NamedCall:
    return slug, Call(partial(step, operation.organization), operation.invoked, None, description=operation)
