"""Dotted paths of fields, as MongoDB writes them."""

from typing import Final

from tenantry.errors import InvalidFields

MAX_NAMES: Final = 100  # as deep as a document may be; the server takes 200


def joined(path: str, key: object) -> str:
    """Return the path of what has this key, or index, at `path`, which is empty at the top."""
    return f"{path}.{key}" if path else str(key)


def check(path: str, field: str) -> None:
    """Refuse a path that leads to no field.

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
