"""Dotted paths of fields, as MongoDB writes them."""

from collections.abc import Sequence
from itertools import permutations
from typing import Final

from tenantry.errors import InvalidFields

MAX_NAMES: Final = 100  # as deep as a document may be; the server takes 200

MAX_NUMBERS: Final = 2
"""Names of digits on the way to a value.

Such a name is an item of an array as well as a field of each item, so the server goes both ways at each.
"""


def joined(path: str, key: object) -> str:
    """Return the path of what has this key, or index, at `path`, which is empty at the top."""
    return f"{path}.{key}" if path else str(key)


def numbers(path: str) -> int:
    """Return how many names in a path consist of digits."""
    return sum(name.isdigit() for name in path.split("."))


def check(path: str, field: str) -> None:
    """Refuse a path that leads to no field, or on too many ways.

    Parameters
    ----------
    path : str
        What the client calls a path, such as ``address.city``.
    field : str
        Where it stands in the request.

    Raises
    ------
    InvalidFields
        A name in it is empty, starts with ``$`` or holds a NUL character, or there are too many.
    """
    names = path.split(".")
    if len(names) > MAX_NAMES or not all(names) or "\0" in path or any(name[0] == "$" for name in names):
        raise InvalidFields.of(field, "must be a path of names without $ at their start, separated by dots")
    if numbers(path) > MAX_NUMBERS:
        raise InvalidFields.of(field, f"must not have more than {MAX_NUMBERS} names of digits")


def nested(paths: Sequence[str]) -> tuple[str, str] | None:
    """Return two of the paths of which the second is the first or leads into it, if there are such."""
    pairs = permutations(paths, 2)
    return next(((outer, inner) for outer, inner in pairs if f"{inner}.".startswith(f"{outer}.")), None)


def refusal_of_key(paths: Sequence[str]) -> str | None:
    """Return why documents have no common key of these fields, or None if they do.

    The key of several fields repeats each of them for every item of an array that one of them leads into. So
    none may hold that array itself, else a document of n bytes has keys of n * n.
    """
    fields = [path for path in paths if path != "_id"]  # which is no array
    if len(fields) > 1 and any(map(numbers, fields)):
        return "must not have names of digits where there are several fields"
    if (pair := nested(fields)) is not None:
        return f"must not have both {pair[0]} and {pair[1]}"
    return None
