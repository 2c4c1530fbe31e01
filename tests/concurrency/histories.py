"""Histories whose verdict is known: of linearizable ones, and of ones that are not."""

from typing import Any

from tests.concurrency.history import DUPLICATE, Change, Creation, Document, Operation, Outcome, Seen


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
    "deletion that is seen while it is carried out": [
        created("a", (0, 1)),
        op("delete", (2, 9)),
        op("get", (3, 4), Document("d"), "organization-not-found", "refused"),
        read((5, 6), "deleting", 2, "a"),
        op("update", (7, 8), Change("b", None), "organization-not-found", "refused"),
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
    "deletion that comes back": [
        created("a", (0, 1)),
        op("delete", (2, 9)),
        op("update", (3, 4), Change("b", None), "organization-not-found", "refused"),
        read((5, 6), "deleting", 2, "a"),
    ],
    "deletion that nobody asked for": [created("a", (0, 1)), read((2, 3), "deleting", 2, "a")],
    "data that are used while their organization is deleted": [
        created("a", (0, 1)),
        op("delete", (2, 9)),
        read((3, 4), "deleting", 2, "a"),
        op("insert", (5, 6), Document("d", "1")),
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
